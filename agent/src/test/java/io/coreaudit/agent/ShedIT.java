package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A dead receiver, a small spool and one program that opens a file without end: the spool does not
/// run full, what was left out is told to the number, and an access to etcd in the middle is there.
@KernelAudit
final class ShedIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final int OPENS = 9_000;
  private static final int PER_SECOND = 3_000;

  @TempDir private Path dir;

  @Test
  void shouldKeepRoomForWhatCounts() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path token = Files.writeString(watched.resolve("token"), "secret");
    Path etcd = Files.createDirectory(dir.resolve("etcd"));
    Path data = Files.writeString(etcd.resolve("data"), "data");
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      receiver.kill();
      agent
          .start(
              """
              watch: {paths: [%s], etcd: {enabled: true, paths: [%s]}}
              rules: {at_stop: remove}
              spool: {max_size: 6MiB, segment_size: 256KiB, min_free: 0%%, shed: {at: 60%%}}
              sinks: [%s]
              """
                  .formatted(watched, etcd, receiver.sink("siem")))
          .awaitReady();
      try (Load load = Load.start(token, OPENS, 1, PER_SECOND)) {
        agent.until(SOON, "something is left out", () -> shed(agent) > 0);
        Command.run("cat", data.toString());
        assertThat(load.await()).isEqualTo(OPENS);
      }
      agent.until(SOON, "the log says so", () -> agent.log().contains("spool is nearly full"));
      Await.still(Duration.ofSeconds(1), SOON, () -> agent.metric("coreaudit_intake_events_total"));
      Map<String, Long> metrics = agent.metrics();
      new Ledger(metrics).shouldBalance();
      assertThat(metrics.get("coreaudit_intake_refused_total")).isZero();
      assertThat(metrics.get("coreaudit_sink_spool_overrun_events_total{sink=\"siem\"}")).isZero();
      long shed = shed(agent);

      receiver.reopen();
      agent.until(SOON, "it is over", () -> agent.log().contains("nothing is left out any more"));
      assertThat(agent.stop()).as(agent.log()).isZero();
      List<Event> events = receiver.events();
      long received =
          events.stream()
              .filter(event -> event.isAudit() && event.path().equals(token.toString()))
              .map(Event::serial)
              .distinct()
              .count();
      long told =
          events.stream()
              .filter(event -> event.is("gap") && event.own("reason").equals("shed"))
              .mapToLong(event -> Long.parseLong(event.own("events")))
              .sum();
      System.out.printf(
          "ShedIT opens=%d received=%d shed=%d told=%d%n", OPENS, received, shed, told);
      assertThat(told).isGreaterThanOrEqualTo(shed);
      assertThat(received).isBetween(OPENS - told, (long) OPENS);
      assertThat(events).anyMatch(event -> event.isAudit() && event.path().equals(data.toString()));
      assertThat(events)
          .filteredOn(event -> event.is("gap"))
          .noneMatch(event -> event.own("reason").startsWith("spool_"));
    }
  }

  private static long shed(RunningAgent agent) {
    return agent.metric("coreaudit_intake_shed_total");
  }
}
