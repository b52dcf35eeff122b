package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A kernel whose backlog has no room loses records, which take no serial: its own count tells.
@KernelAudit
final class KernelLossIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int OPENS = 2000;

  @TempDir private Path dir;

  @Test
  void shouldTellWhatTheKernelLostBesideAnAgentThatWasKilledAndWithoutOne() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path token = Files.writeString(watched.resolve("token"), "secret");
    try (AuditControl control = AuditControl.open();
        RunningAgent agent =
            new RunningAgent(dir)
                .start(
                    "watch: {paths: [%s]}\nrules: {at_stop: keep}\nsinks: []\n".formatted(watched))
                .awaitReady()) {
      long before = control.status().lost();
      lose(control, token);
      agent.kill();
      lose(control, token);
      long lost = control.status().lost() - before;
      assertThat(lost).isGreaterThan(2);
      agent.startAgain().awaitReady();
      agent.until(SOON, "told", () -> told(agent) == lost);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(told(agent)).isEqualTo(lost);
      agent.startAgain().awaitReady();
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(told(agent)).as("told once").isEqualTo(lost);
    }
  }

  /// One record may wait, and nobody waits for room.
  private static void lose(AuditControl control, Path token) throws Exception {
    AuditStatus found = control.status();
    try {
      control.backlogWaitTime(0);
      control.backlogLimit(1);
      try (Load load = Load.start(token, OPENS, 1, 0)) {
        assertThat(load.await()).isEqualTo(OPENS);
      }
    } finally {
      control.backlogLimit((int) found.backlogLimit());
      control.backlogWaitTime((int) found.backlogWaitTime());
    }
    assertThat(control.status().lost()).isGreaterThan(found.lost());
  }

  private static long told(RunningAgent agent) {
    return Event.spooled(agent.spool()).stream()
        .filter(event -> event.own("reason").equals("kernel_lost"))
        .mapToLong(event -> Long.parseLong(event.own("records")))
        .sum();
  }
}
