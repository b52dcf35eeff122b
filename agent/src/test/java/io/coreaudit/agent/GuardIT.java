package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The disk hangs under a unicast owner: the slot is given back, so that no process of the host
/// waits for it, and taken again afterwards.
@KernelAudit
final class GuardIT {
  private static final Duration GIVEN_BACK_WITHIN = Duration.ofSeconds(6);
  private static final Duration TAKEN_WITHIN = Duration.ofSeconds(10);
  private static final int OPENS = 3000;

  @TempDir private Path dir;

  @Test
  void shouldGiveTheSlotBackWhileTheDiskHangs() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path token = Files.writeString(watched.resolve("token"), "secret");
    AuditState before = AuditState.now();
    try (ScratchDisk disk = ScratchDisk.ext4(dir.resolve("disk"), "128M");
        RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              """
              watch: {paths: [%s]}
              rules: {at_stop: remove}
              input: {mode: unicast}
              spool: {dir: %s/spool, max_size: 64MiB}
              sinks: []
              """
                  .formatted(watched, disk.path()))
          .awaitReady();
      assertThat(AuditState.now().pid()).isEqualTo(agent.process().pid());
      disk.freeze();
      try (Load load = Load.start(token, OPENS, 1, 1000)) {
        agent.until(GIVEN_BACK_WITHIN, "given back", () -> AuditState.now().pid() == 0);
        assertThat(load.await()).as("nobody waits").isEqualTo(OPENS);
      } finally {
        disk.thaw();
      }
      agent.until(
          TAKEN_WITHIN, "taken again", () -> AuditState.now().pid() == agent.process().pid());
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(AuditState.now()).isEqualTo(before);
      List<Event> told =
          Event.spooled(disk.path().resolve("spool")).stream()
              .filter(event -> event.own("reason").equals("unicast_slot"))
              .toList();
      assertThat(told).hasSize(2);
    }
  }
}
