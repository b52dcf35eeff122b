package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The way from the kernel to the spool allocates nothing per event: a JVM that never frees takes
/// more events than its heap could hold even at a few bytes each.
@KernelAudit
final class EpsilonIT {
  private static final int EVENTS = Scale.of(200_000, 1_000_000);
  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(60);

  /// For what is allocated by the segment, by the request and by the clock.
  private static final long GROWTH_BYTES = Scale.of(48, 96) << 20;

  @TempDir private Path dir;

  @Test
  void shouldTakeEventsWithoutCollectingGarbage() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path token = Files.writeString(watched.resolve("token"), "secret");
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .memory(
              "-XX:+UnlockExperimentalVMOptions",
              "-XX:+UseEpsilonGC",
              "-Xms256m",
              "-Xmx256m",
              "-Xss512k")
          .start("watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: []\n".formatted(watched))
          .awaitReady();
      long anonymous = agent.memoryKib("RssAnon");
      try (Load load = Load.start(token, EVENTS, 1, 0)) {
        assertThat(load.await()).isEqualTo(EVENTS);
      }
      agent.until(
          ARRIVES_WITHIN,
          EVENTS + " events accepted",
          () -> agent.metric("coreaudit_intake_accepted_total") >= EVENTS);
      new Ledger(agent.metrics()).shouldBalance();
      assertThat(agent.metric("coreaudit_intake_overruns_total")).isZero();
      // A heap page that was never written takes no memory: what grew was allocated.
      assertThat((agent.memoryKib("RssAnon") - anonymous) << 10)
          .as("growth with %d events", EVENTS)
          .isLessThan(GROWTH_BYTES);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }
}
