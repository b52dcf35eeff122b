package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.agent.command.CommandLineInterface;
import io.coreaudit.kernel.KernelAudit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `coreaudit doctor` on the real kernel: what is wrong is said, what it says mends it, and it
/// changes nothing itself.
@KernelAudit
final class DoctorIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;
  private int status;

  @BeforeAll
  static void findPrograms() {
    Command.require("auditctl");
  }

  private JsonNode doctor(String... more) throws Exception {
    String[] words = {"doctor", "--json", "--set=run.dir=" + dir.resolve("run")};
    String[] line = new String[words.length + more.length + 1];
    System.arraycopy(words, 0, line, 0, words.length);
    System.arraycopy(more, 0, line, words.length, more.length);
    line[line.length - 1] = "--set=state.dir=" + dir.resolve("state");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      status = new CommandLineInterface(read -> 0, to, errors).run(line);
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    return JSON.readTree(out.toString(StandardCharsets.UTF_8));
  }

  private static JsonNode check(JsonNode report, String name) {
    for (JsonNode line : report.get("checks")) {
      if (line.get("check").asText().equals(name)) {
        return line;
      }
    }
    throw new AssertionError("no check " + name + " in " + report);
  }

  private static void shouldBe(JsonNode report, String name, String verdict) {
    JsonNode line = check(report, name);
    assertThat(line.get("verdict").asText()).as("%s", line).isEqualTo(verdict);
  }

  /// What it says mends it, does.
  private static void mend(JsonNode report, String name) throws Exception {
    Command.run("sh", "-c", check(report, name).get("mend").asText());
  }

  @Test
  void shouldSayThatARuleBlindsAndHowToTakeItAway() throws Exception {
    Command.run("auditctl", "-a", "never,task");
    JsonNode blind = doctor();
    shouldBe(blind, "blinding rules", "bad");
    assertThat(status).isEqualTo(1);
    assertThat(check(blind, "blinding rules").get("words").asText()).contains("-a never,task");
    mend(blind, "blinding rules");
    shouldBe(doctor(), "blinding rules", "good");

    Command.run("auditctl", "-a", "always,exclude", "-F", "msgtype=PATH");
    blind = doctor();
    shouldBe(blind, "blinding rules", "bad");
    mend(blind, "blinding rules");
    shouldBe(doctor(), "blinding rules", "good");
  }

  @Test
  void shouldSayWhatSettingsDoAndHowToMendThem() throws Exception {
    Command.run("auditctl", "-e", "0");
    Command.run("auditctl", "-b", "70");
    Command.run("auditctl", "-r", "100000");
    AuditState before = AuditState.now();
    JsonNode report = doctor();
    assertThat(AuditState.now()).as("it changes nothing").isEqualTo(before);
    shouldBe(report, "kernel audit", "warn");
    shouldBe(report, "backlog", "warn");
    shouldBe(report, "rate limit", "warn");
    mend(report, "kernel audit");
    mend(report, "backlog");
    mend(report, "rate limit");
    report = doctor();
    shouldBe(report, "kernel audit", "good");
    shouldBe(report, "backlog", "good");
    shouldBe(report, "rate limit", "good");
  }

  @Test
  void shouldKnowTheAgentThatRunsAndWhatItsRulesCameTo() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start("watch: {paths: [%s], etcd: {enabled: false}}\nsinks: []\n".formatted(watched))
          .awaitReady();
      String[] sets = {"--set=watch.paths=" + watched, "--set=watch.etcd.enabled=false"};
      JsonNode report = doctor(sets);
      shouldBe(report, "agent", "good");
      shouldBe(report, "watches", "good");
      shouldBe(report, "rules", "good");
      shouldBe(report, "capabilities", "good");
      shouldBe(report, "mount namespace", "good");
      shouldBe(report, "mount events", "good");
      shouldBe(report, "state directory", "good");
      assertThat(check(report, "multicast readers").get("words").asText()).doesNotStartWith("none");
      assertThat(check(report, "agent").get("words").asText()).contains("ready");
      report = doctor("--set=watch.paths=" + dir, "--set=watch.etcd.enabled=false");
      shouldBe(report, "rules", "bad");
      assertThat(check(report, "rules").get("mend").asText()).isEqualTo("coreaudit rules apply");
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
    shouldBe(doctor(), "agent", "warn");
  }
}
