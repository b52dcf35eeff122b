package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody makes the agent deaf: it notices by its canary, says so, and mends what it may.
@KernelAudit
final class DeafIT {
  /// The shortest canary that the configuration takes.
  private static final String CANARY = "5s";

  /// A canary's period, its patience of 3 s, and a moment.
  private static final Duration NOTICES_WITHIN = Duration.ofSeconds(10);

  @TempDir private Path dir;
  private Path watched;
  private Path token;

  @BeforeEach
  void prepare() throws Exception {
    watched = Files.createDirectory(dir.resolve("watched"));
    token = Files.writeString(watched.resolve("token"), "secret");
  }

  private RunningAgent start(RunningAgent agent, boolean keepEnabled) throws Exception {
    return agent
        .start(
            """
            watch: {paths: [%s], canary: %s}
            rules: {at_stop: remove}
            audit: {keep_enabled: %s}
            sinks: [{type: stdout}]
            """
                .formatted(watched, CANARY, keepEnabled))
        .awaitReady();
  }

  @Test
  void shouldSayThatItIsDeafAndThatItHearsAgain() throws Exception {
    try (RunningAgent agent = start(new RunningAgent(dir), false)) {
      Command.run("auditctl", "-e", "0");
      agent.until(NOTICES_WITHIN, "not ready", () -> agent.get("/readyz") == 503);
      assertThat(agent.text("/readyz")).contains("deaf: ");
      assertThat(agent.get("/healthz")).isEqualTo(200);
      assertThat(AuditState.now().setting("enabled"))
          .as("left as somebody wants it")
          .isEqualTo("0");
      Command.run("auditctl", "-e", "1");
      agent.until(NOTICES_WITHIN, "ready again", () -> agent.get("/readyz") == 200);
      assertThat(agent.stop()).as(agent.log()).isZero();
      List<Event> events = Event.read(agent.stdout());
      assertThat(events)
          .filteredOn(event -> event.is("gap") && event.own("reason").equals("deaf"))
          .hasSize(1);
      assertThat(events)
          .filteredOn(event -> event.is("watch") && event.own("state").equals("hearing"))
          .hasSize(1);
    }
  }

  @Test
  void shouldSwitchAuditOnAgain() throws Exception {
    try (RunningAgent agent = start(new RunningAgent(dir), true)) {
      Command.run("auditctl", "-e", "0");
      agent.until(
          NOTICES_WITHIN, "on again", () -> AuditState.now().setting("enabled").equals("1"));
      agent.until(NOTICES_WITHIN.multipliedBy(2), "ready again", () -> agent.get("/readyz") == 200);
      agent.shouldSeeARead(NOTICES_WITHIN, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(agent.drifts("audit_disabled")).hasSize(1);
    }
  }

  @Test
  void shouldLoadARuleAgainThatSomebodyDeleted() throws Exception {
    AuditState before = AuditState.now();
    try (RunningAgent agent = start(new RunningAgent(dir), false)) {
      AuditState during = AuditState.now();
      Command.run(
          "auditctl",
          "-d",
          "always,exit",
          "-F",
          "dir=" + watched,
          "-F",
          "perm=rwa",
          "-k",
          "coreaudit_watch");
      assertThat(AuditState.now().rules()).isNotEqualTo(during.rules());
      agent.until(
          NOTICES_WITHIN,
          "the rule is back",
          () -> AuditState.now().rules().containsAll(during.rules()));
      agent.until(NOTICES_WITHIN.multipliedBy(2), "ready again", () -> agent.get("/readyz") == 200);
      agent.shouldSeeARead(NOTICES_WITHIN, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(agent.drifts("rule_gone"))
          .singleElement()
          .satisfies(drift -> assertThat(drift.own("path")).isEqualTo(watched.toString()));
      assertThat(AuditState.now()).isEqualTo(before);
    }
  }

  @Test
  void shouldTellAWatchThatCannotBe() throws Exception {
    Path away = dir.resolve("away");
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              "watch: {paths: [%s, %s]}\nrules: {at_stop: remove}\nsinks: [{type: stdout}]\n"
                  .formatted(watched, away))
          .awaitReady();
      assertThat(agent.metric("coreaudit_watches_uncovered")).isEqualTo(1);
      assertThat(agent.command("status")).contains("uncovered: no such file or directory");
      assertThat(agent.stop()).isZero();
      assertThat(Event.read(agent.stdout()))
          .filteredOn(event -> event.is("watch") && event.own("path").equals(away.toString()))
          .singleElement()
          .satisfies(watch -> assertThat(watch.own("state")).isEqualTo("uncovered"));
    }
  }
}
