package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A receiver that is away for an hour of 2,000 events a second: the spool holds them within its
/// bound, and gives them ten times as fast as they came while live ones flow. The hour is made up
/// by replay; a build of every day takes a minute of it.
@Timeout(value = 60, unit = TimeUnit.MINUTES)
final class HourAwayIT {
  private static final int PER_SECOND = 2000;
  private static final int SECONDS = Scale.of("delivery", 60, 3600);
  private static final long BACKLOG = (long) PER_SECOND * SECONDS;
  private static final long SPOOL_BYTES = 10L << 30;
  private static final int TIMES_AS_FAST = Scale.of("delivery", 3, 10);

  @TempDir private Path dir;

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /// Events in the spool that were not sent yet; a moment ago.
  private static long unsent(RunningAgent agent) {
    Map<String, Long> metrics = agent.metrics();
    return metrics.getOrDefault("coreaudit_sink_lag_events{sink=\"siem\"}", Long.MAX_VALUE)
        - metrics.getOrDefault("coreaudit_sink_held_events{sink=\"siem\"}", 0L);
  }

  @Test
  void shouldKeepAnHourAndCatchUp() throws Exception {
    Path file = dir.resolve("received");
    try (LineReceiver receiver =
            new LineReceiver(Scale.full("delivery") ? Path.of("/dev/null") : file);
        RunningAgent agent = new RunningAgent(dir)) {
      receiver.kill();
      agent
          .input(ProcessBuilder.Redirect.PIPE)
          .start(
              ("input: {mode: plugin}\nheartbeat: {interval: off}\n"
                      + "spool: {max_size: %dMiB, min_free: 1%%}\nsinks: [%s]\n")
                  .formatted(SPOOL_BYTES >> 20, receiver.sink("siem")))
          .awaitReady();
      try (Feeder replay = new Feeder(agent, 1, 0, BACKLOG)) {
        replay.await();
      }
      agent.until(
          Duration.ofSeconds(60),
          "all in the spool",
          () -> agent.metric("coreaudit_spool_appended_total") >= BACKLOG);
      long held = bytes(agent.spool());
      long live;
      double seconds;
      try (Feeder feeder = new Feeder(agent, BACKLOG + 1, PER_SECOND, Long.MAX_VALUE)) {
        receiver.reopen();
        agent.until(Duration.ofSeconds(60), "the receiver is back", () -> receiver.count() > 0);
        long fromNs = System.nanoTime();
        agent.until(Duration.ofSeconds(SECONDS), "caught up", () -> unsent(agent) < PER_SECOND);
        seconds = (System.nanoTime() - fromNs) / 1e9;
        feeder.stop();
        live = feeder.given();
      }
      Map<String, Long> metrics = agent.metrics();
      agent.process().getOutputStream().close();
      assertThat(agent.exitStatus(Duration.ofSeconds(20))).as(agent.log()).isZero();
      System.out.printf(
          "HourAwayIT backlog=%d live=%d spool_bytes=%d caught_up_s=%.1f times_real_time=%.1f%n",
          BACKLOG, live, held, seconds, SECONDS / seconds);
      assertThat(held).isLessThanOrEqualTo(SPOOL_BYTES);
      assertThat(metrics.getOrDefault("coreaudit_spool_refused_no_space_total", 0L)).isZero();
      assertThat(metrics.get("coreaudit_sink_spool_overrun_events_total{sink=\"siem\"}")).isZero();
      assertThat(SECONDS / seconds).as("times as fast as it came").isGreaterThan(TIMES_AS_FAST);
      assertThat(receiver.count()).as("replay, live, start, stop").isEqualTo(BACKLOG + live + 2);
      if (Files.exists(file)) {
        Deliveries has = new Deliveries();
        receiver.events().forEach(event -> has.add(event.seq(), event.id()));
        assertThat(has.missing(BACKLOG + live + 2)).isEmpty();
        assertThat(has.outOfOrder()).isZero();
      }
    }
  }
}
