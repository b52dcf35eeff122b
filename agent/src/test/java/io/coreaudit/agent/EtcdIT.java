package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real etcd writes its member directory under the packs for masters: its own work makes next to
/// no events, whoever else opens its data makes one.
///
/// With `-Dcoreaudit.full=watch` it works for three minutes, and the figures are those of
/// rules/README.md.
@KernelAudit
final class EtcdIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int SECONDS = Scale.of("watch", 10, 180);
  private static final int MOST_A_MINUTE = 12;
  private static final int VALUE_BYTES = 2048;

  @TempDir private Path temp;

  private static long by(RunningAgent agent, long pid) {
    return Event.soFar(agent.stdout()).stream()
        .filter(event -> event.isAudit() && event.pid() == pid)
        .count();
  }

  /// Reads a file in a process of its own, and waits for its event: what was told before is there
  /// then, too.
  private static void shouldSeeOneEventOfAReader(RunningAgent agent, Path file) throws Exception {
    Process reader = new ProcessBuilder("cat", file.toString()).start();
    reader.getInputStream().readAllBytes();
    assertThat(reader.waitFor()).isZero();
    agent.until(SOON, "the read of " + file, () -> by(agent, reader.pid()) > 0);
    Thread.sleep(200);
    List<Event> events =
        Event.soFar(agent.stdout()).stream().filter(e -> e.pid() == reader.pid()).toList();
    assertThat(events).extracting(Event::path).containsExactly(file.toString());
  }

  @Test
  void shouldTellWhoeverOpensItsDataAndHardlyEtcdItself() throws Exception {
    Command.require("etcd");
    Path dir = temp.toRealPath();
    Path packs = ScratchPacks.below(dir, "etcd", "masters");
    Path data = dir.resolve("var/lib/etcd");
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              """
              watch: {etcd: {enabled: false}, secrets: {enabled: false}}
              rules: {at_stop: remove, dir: %s, packs: [etcd, masters]}
              sinks: [{type: stdout}]
              """
                  .formatted(packs))
          .awaitReady();
      assertThat(agent.metric("coreaudit_watches{kind=\"pack\",state=\"absent\"}")).isZero();
      try (Etcd etcd = Etcd.start(data)) {
        Path database = data.resolve("member/snap/db");
        shouldSeeOneEventOfAReader(agent, database);
        long start = by(agent, etcd.pid());
        long writes = etcd.write(Duration.ofSeconds(SECONDS), VALUE_BYTES);
        shouldSeeOneEventOfAReader(agent, database);
        long events = by(agent, etcd.pid()) - start;
        double minute = events * 60.0 / SECONDS;
        String told =
            String.format(
                Locale.ROOT,
                "etcd: start events=%d; %d writes of %d bytes in %d s: events=%d a_minute=%.1f%n",
                start,
                writes,
                VALUE_BYTES,
                SECONDS,
                events,
                minute);
        Files.writeString(Path.of("target/etcd-events.txt"), told);
        assertThat(start).as("its start is told").isPositive();
        assertThat(writes).isGreaterThan(SECONDS);
        assertThat(minute).as(told).isLessThanOrEqualTo(MOST_A_MINUTE);
      }
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }
}
