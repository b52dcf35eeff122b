package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a running agent measures, against the document that explains it and the rules and panels
/// that rest on it.
@KernelAudit
final class MetricsReferenceIT {
  private static final Path DOCUMENT = Path.of("../src/docs/metrics.md");
  private static final Pattern HELP = Pattern.compile("(?m)^# HELP ([a-z_]+) (.+)$");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE ([a-z_]+) ([a-z]+)$");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) \\| ([^|]+) \\| ([^|]+) \\|$");

  @TempDir private Path temp;

  @Test
  void shouldBeExplainedAndBeAllThatRulesAndPanelsName() throws Exception {
    Map<String, String> measured = new TreeMap<>();
    try (RunningAgent agent = new RunningAgent(temp.toRealPath())) {
      agent
          .start(
              """
              watch: {etcd: {enabled: false}}
              rules: {at_stop: remove}
              sinks: [{type: stdout}]
              """)
          .awaitReady();
      String text = agent.text("/metrics");
      Map<String, String> types = new TreeMap<>();
      TYPE.matcher(text).results().forEach(type -> types.put(type.group(1), type.group(2)));
      HELP.matcher(text)
          .results()
          .forEach(
              help ->
                  measured.put(
                      help.group(1), types.get(help.group(1)) + " | " + help.group(2).strip()));
    }
    assertThat(measured).as("what is scraped").hasSizeGreaterThan(100);

    Map<String, String> explained = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(DOCUMENT));
    while (row.find()) {
      assertThat(explained.put(row.group(1), row.group(2) + " | " + row.group(3)))
          .as(row.group(1) + " is explained twice")
          .isNull();
      assertThat(row.group(4)).as("what to do about " + row.group(1)).isNotBlank();
    }
    assertThat(explained)
        .as("rows `metric | type | meaning | what to do` of src/docs/metrics.md")
        .isEqualTo(measured);

    for (Path file : List.of(Monitoring.RULES, Monitoring.TESTS, Monitoring.DASHBOARD)) {
      assertThat(Monitoring.metricsIn(Files.readString(file)))
          .as("metrics that %s names", file)
          .isNotEmpty()
          .allSatisfy(name -> assertThat(measured).containsKey(name));
    }
  }
}
