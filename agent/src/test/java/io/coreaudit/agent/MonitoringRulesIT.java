package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alert rules and dashboard, as Prometheus itself reads them.
final class MonitoringRulesIT {
  /// Unpacked by `src/verify.sh --install`.
  private static final Path PROMTOOL = Path.of("/var/cache/coreaudit-prometheus/promtool");

  @TempDir private Path temp;

  @BeforeEach
  void needsPromtool() {
    boolean there = Files.isExecutable(PROMTOOL);
    if ("true".equals(System.getenv("CI"))) {
      assertThat(there).as(PROMTOOL + " is there").isTrue();
    }
    assumeTrue(there, PROMTOOL + " is missing: src/verify.sh --install");
  }

  @Test
  void shouldBeRulesThatPrometheusTakes() throws Exception {
    Command.run(PROMTOOL.toString(), "check", "rules", "--lint-fatal", Monitoring.RULES.toString());
  }

  @Test
  void shouldFireOnWhatTheirTestsSayAndOnNothingElse() throws Exception {
    Command.run(PROMTOOL.toString(), "test", "rules", Monitoring.TESTS.toString());
    String rules = Files.readString(Monitoring.RULES);
    String tests = Files.readString(Monitoring.TESTS);
    String document = Files.readString(Path.of("../src/docs/metrics.md"));
    List<String> alerts = all(rules, "- alert: (\\w+)");
    assertThat(alerts).hasSizeGreaterThan(15).doesNotHaveDuplicates();
    for (String alert : alerts) {
      assertThat(tests)
          .as("a test in which " + alert + " fires")
          .containsPattern("alertname: " + alert + "\n +exp_alerts:\n +- exp_labels");
      assertThat(document).as("what to do about it").contains("`" + alert + "`");
    }
    assertThat(all(document, "`(Coreaudit\\w+)`")).as("alerts explained").isSubsetOf(alerts);
  }

  /// A rule that fires for ever, or never, is one that its tests must notice.
  @Test
  void shouldNoticeARuleThatIsWrong() throws Exception {
    String rules = Files.readString(Monitoring.RULES);
    Files.copy(Monitoring.TESTS, temp.resolve("coreaudit.test.yml"));
    Files.writeString(
        temp.resolve("coreaudit.rules.yml"),
        rules.replace("coreaudit_ready == 0", "coreaudit_ready == 1"));
    Process process =
        new ProcessBuilder(
                PROMTOOL.toString(), "test", "rules", temp.resolve("coreaudit.test.yml").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said).contains("CoreauditNotReady");
  }

  @Test
  void shouldHavePanelsWhoseQueriesPrometheusTakes() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(Monitoring.DASHBOARD));
    Set<Integer> ids = new HashSet<>();
    List<String> queries = new ArrayList<>();
    for (JsonNode panel : dashboard.get("panels")) {
      assertThat(ids.add(panel.get("id").asInt())).as("an id of its own: " + panel).isTrue();
      assertThat(panel.get("title").asText()).isNotBlank();
      if (panel.get("type").asText().equals("row")) {
        continue;
      }
      assertThat(panel.get("description").asText()).as(panel.get("title").asText()).isNotBlank();
      assertThat(panel.get("targets")).as(panel.get("title").asText()).isNotEmpty();
      for (JsonNode target : panel.get("targets")) {
        assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}");
        queries.add(target.get("expr").asText());
      }
    }
    StringBuilder rules = new StringBuilder("groups:\n- name: panels\n  rules:\n");
    for (int i = 0; i < queries.size(); i++) {
      rules.append("  - record: panel_%d\n    expr: >-\n      %s\n".formatted(i, queries.get(i)));
    }
    Path file = Files.writeString(temp.resolve("panels.yml"), rules);
    assertThat(Command.run(PROMTOOL.toString(), "check", "rules", file.toString()))
        .contains(queries.size() + " rules found");
    // What rules record is what panels may read.
    List<String> recorded = all(Files.readString(Monitoring.RULES), "- record: (\\S+)");
    assertThat(all(String.join("\n", queries), "(coreaudit:[a-z0-9_:]+)")).isSubsetOf(recorded);
  }

  private static List<String> all(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }
}
