package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernel's one unicast slot: taken when it is free and asked for, never stolen, given back.
@KernelAudit
final class UnicastIT {
  private static final Duration SOON = Duration.ofSeconds(15);

  @TempDir private Path dir;
  private Path watched;
  private Path token;

  @BeforeEach
  void prepare() throws Exception {
    watched = Files.createDirectory(dir.resolve("watched"));
    token = Files.writeString(watched.resolve("token"), "secret");
  }

  private String config(String mode) {
    return """
    watch: {paths: [%s]}
    rules: {at_stop: remove}
    input: {mode: %s}
    sinks: [{type: stdout}]
    """
        .formatted(watched, mode);
  }

  @Test
  void shouldOwnTheSlotWhileItRuns() throws Exception {
    AuditState before = AuditState.now();
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config("unicast")).awaitReady();
      AuditState during = AuditState.now();
      assertThat(during.pid()).isEqualTo(agent.process().pid());
      // At most 100 ms, in ticks of at most 10 ms.
      assertThat(Integer.parseInt(during.setting("backlog_wait_time"))).isBetween(1, 10);
      agent.shouldSeeARead(SOON, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(AuditState.now()).isEqualTo(before);
    }
  }

  @Test
  void shouldTakeTheSlotOfAKilledOneAndPutBackWhatThatChanged() throws Exception {
    AuditState before = AuditState.now();
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config("unicast")).awaitReady();
      agent.kill();
      agent.startAgain().awaitReady();
      assertThat(AuditState.now().pid()).isEqualTo(agent.process().pid());
      agent.shouldSeeARead(SOON, token);
      agent.kill();
      agent.start(config("multicast")).awaitReady();
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(AuditState.now().settings())
          .containsEntry("backlog_wait_time", before.setting("backlog_wait_time"))
          .containsEntry("enabled", before.setting("enabled"));
    }
  }

  @Test
  void shouldLeaveTheSlotToAuditdAndListenBesideIt() throws Exception {
    try (Auditd auditd = Auditd.start(dir.resolve("auditd"));
        RunningAgent agent = new RunningAgent(dir)) {
      AuditState before = AuditState.now();
      agent.start(config("unicast"));
      assertThat(agent.exitStatus()).isEqualTo(3);
      assertThat(agent.log())
          .startsWith("coreaudit: ")
          .contains("process " + auditd.pid() + " (auditd)", "multicast")
          .hasLineCount(1);
      assertThat(AuditState.now()).isEqualTo(before);

      agent.start(config("multicast")).awaitReady();
      agent.shouldSeeARead(SOON, token);
      assertThat(AuditState.now().pid()).isEqualTo(auditd.pid());
      assertThat(AuditState.now().setting("backlog_wait_time"))
          .isEqualTo(before.setting("backlog_wait_time"));
      agent.until(SOON, "auditd's own line", () -> auditd.log().contains(token.toString()));
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(AuditState.now().pid()).isEqualTo(auditd.pid());
      assertThat(AuditState.now().rules()).isEqualTo(before.rules());
    }
  }
}
