package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The process stands still under load and its receive buffer runs over: what is lost is told, to
/// the event.
@KernelAudit
final class OverrunIT {
  /// What the ledger may be wrong by, in events, for each time that the process stood still.
  private static final long ACCURACY = 2;

  private static final String BUFFER = Scale.full() ? "64MiB" : "1MiB";
  private static final int PER_SECOND = Scale.of(3000, 20_000);
  private static final int STOPPED_MILLIS = Scale.of(2000, 5000);
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(7);
  private static final Duration SETTLES_WITHIN = Duration.ofSeconds(60);

  @TempDir private Path dir;
  private Path watched;
  private Path file;

  @BeforeEach
  void prepare() throws Exception {
    watched = Files.createDirectory(dir.resolve("watched"));
    file = Files.writeString(watched.resolve("token"), "secret");
  }

  private RunningAgent start(LineReceiver receiver) throws Exception {
    return new RunningAgent(dir)
        .start(
            """
            watch: {paths: [%s]}
            rules: {at_stop: remove}
            input: {receive_buffer: %s}
            sinks: [%s]
            """
                .formatted(watched, BUFFER, receiver.sink("siem")))
        .awaitReady();
  }

  @Test
  void shouldTellWhatWasLostWhileItStoodStill() throws Exception {
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = start(receiver);
        Load load = Load.start(file, Scale.of(33_000, 400_000), 1, PER_SECOND)) {
      Thread.sleep(700);
      stopFor(agent, STOPPED_MILLIS);
      agent.until(TOLD_WITHIN, "the gap while the load goes on", () -> told(receiver));
      assertThat(load.running()).isTrue();
      int generated = load.await();
      shouldAccountFor(agent, receiver, generated, 1);
    }
  }

  @Test
  void shouldTellALossAtTheEndOfTheLoad() throws Exception {
    int opens = Scale.of(4_000, 200_000);
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = start(receiver)) {
      // Events before, so that the serials have a beginning.
      int generated = 0;
      try (Load load = Load.start(file, 100, 1, 1000)) {
        generated += load.await();
      }
      int before = generated;
      agent.until(SETTLES_WITHIN, "the first events", () -> receiver.count() > before);
      agent.signal("STOP");
      try (Load load = Load.start(file, opens, 1, PER_SECOND)) {
        generated += load.await();
      } finally {
        agent.signal("CONT");
      }
      shouldAccountFor(agent, receiver, generated, 1);
    }
  }

  @Test
  void shouldTellEachOfSeveralEpisodes() throws Exception {
    int episodes = 3;
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = start(receiver);
        Load load = Load.start(file, Scale.of(36_000, 600_000), 1, PER_SECOND)) {
      for (int i = 1; i <= episodes; i++) {
        int so = i;
        Thread.sleep(Scale.of(900, 4000));
        stopFor(agent, Scale.of(1500, 5000));
        // else two stops are one overrun, where it is slow to come back
        agent.until(
            Duration.ofSeconds(10),
            "overrun " + so,
            () -> agent.metric("coreaudit_intake_overruns_total") >= so);
      }
      int generated = load.await();
      shouldAccountFor(agent, receiver, generated, episodes);
    }
  }

  private static boolean told(LineReceiver receiver) throws Exception {
    try (Stream<String> lines = Files.lines(receiver.file())) {
      return lines.anyMatch(line -> line.contains("netlink_overrun"));
    }
  }

  private static void stopFor(RunningAgent agent, long millis) throws Exception {
    agent.signal("STOP");
    try {
      Thread.sleep(millis);
    } finally {
      agent.signal("CONT");
    }
  }

  private static void shouldAccountFor(
      RunningAgent agent, LineReceiver receiver, int generated, int episodes) throws Exception {
    Await.still(Duration.ofSeconds(4), SETTLES_WITHIN, receiver::count);
    Map<String, Long> metrics = agent.metrics();
    new Ledger(metrics).shouldBalanceAtRest("siem");
    assertThat(agent.stop()).isZero();

    List<Event> events = receiver.events();
    long received = distinctSerials(events);
    List<Event> gaps =
        events.stream()
            .filter(event -> event.is("gap") && event.own("reason").equals("netlink_overrun"))
            .toList();
    long told = gaps.stream().mapToLong(gap -> Long.parseLong(gap.own("events"))).sum();
    long records = gaps.stream().mapToLong(gap -> Long.parseLong(gap.own("dropped_records"))).sum();
    String story =
        "generated=%d received=%d told=%d dropped_records=%d gaps=%s"
            .formatted(generated, received, told, records, gaps.stream().map(Event::json).toList());
    // A buffer of that size may run over again while it catches up.
    long overruns = metrics.get("coreaudit_intake_overruns_total");
    long lost = generated - received;
    System.out.printf(
        "OverrunIT stops=%d generated=%d received=%d lost=%d told=%d off=%d overruns=%d gaps=%d"
            + " dropped_records=%d%n",
        episodes, generated, received, lost, told, told - lost, overruns, gaps.size(), records);
    assertThat(lost).as("something was lost: %s", story).isPositive();
    assertThat(overruns).isGreaterThanOrEqualTo(episodes);
    long tolerance = ACCURACY * episodes;
    assertThat(told).as(story).isBetween(lost - tolerance, lost + tolerance);
    assertThat(metrics.get("coreaudit_intake_lost_events_total")).isEqualTo(told);
    assertThat(metrics.get("coreaudit_intake_dropped_records_total")).isEqualTo(records);
    // Four records an event, without its EOE; of the first and the last of each overrun some may
    // have come.
    assertThat(records).as(story).isBetween(4 * (told - 2 * overruns), 4 * (told + 2 * overruns));
    assertThat(events).filteredOn(event -> event.is("gap")).as("no other gap").hasSameSizeAs(gaps);
  }

  /// Events of the load of which any record came. What came incomplete may lack the path.
  private static long distinctSerials(List<Event> events) {
    Set<Long> serials = new HashSet<>();
    for (Event event : events) {
      if (event.isAudit() && (event.path().endsWith("/token") || event.incomplete())) {
        serials.add(event.serial());
      }
    }
    return serials.size();
  }
}
