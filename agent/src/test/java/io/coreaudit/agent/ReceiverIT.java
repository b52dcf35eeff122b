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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A receiver that is slow, then killed, then back, under load: the spool holds what it cannot
/// take, memory stays flat, and everything arrives in order.
@KernelAudit
final class ReceiverIT {
  private static final int PER_SECOND = 3000;
  private static final int LOAD_SECONDS = Scale.of(10, 60);
  private static final long RESEND_WINDOW_BYTES = 16 << 20; // the default

  /// What was under way when the connection broke comes on top of the window: batches not written.
  private static final long UNDER_WAY_BYTES = 1 << 20;

  private static final long SLOW_MILLIS = 60;
  private static final long FLAT_WITHIN_KIB = 24 << 10;
  private static final long RESIDENT_KIB = 200 << 10;

  @TempDir private Path dir;

  @Test
  void shouldHoldWhatTheReceiverCannotTake() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path file = Files.writeString(watched.resolve("token"), "secret");
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [%s]\n"
                  .formatted(watched, receiver.sink("siem")))
          .awaitReady();
      int warm = warm(agent, receiver, file);
      int generated = PER_SECOND * LOAD_SECONDS;
      long anonymous = agent.memoryKib("RssAnon");
      long largest = 0;
      try (Load load = Load.start(file, generated, 1, PER_SECOND)) {
        largest = Math.max(largest, live(agent, 0.2));
        receiver.delay(SLOW_MILLIS);
        largest = Math.max(largest, live(agent, 0.3));
        receiver.kill();
        largest = Math.max(largest, live(agent, 0.2));
        receiver.reopen();
        receiver.delay(0);
        assertThat(load.running()).isTrue();
        assertThat(load.await()).isEqualTo(generated);
      }
      largest = Math.max(largest, live(agent, 0.1));
      agent.until(
          Duration.ofSeconds(60), "everything sent", () -> receiver.count() >= warm + generated);
      Await.still(Duration.ofSeconds(1), Duration.ofSeconds(60), receiver::count);
      long resident = agent.memoryKib("VmRSS");
      System.out.printf(
          "ReceiverIT seconds=%d generated=%d lines=%d connections=%d grown_kib=%d vmrss_kib=%d%n",
          LOAD_SECONDS,
          warm + generated,
          receiver.count(),
          receiver.connections(),
          largest - anonymous,
          resident);
      assertThat(largest - anonymous).as("growth of RssAnon, KiB").isLessThan(FLAT_WITHIN_KIB);
      assertThat(resident).as("VmRSS, KiB").isLessThan(RESIDENT_KIB);

      Map<String, Long> metrics = agent.metrics();
      new Ledger(metrics).shouldBalanceAtRest("siem");
      assertThat(metrics.get("coreaudit_intake_refused_total")).isZero();
      assertThat(metrics.get("coreaudit_intake_overruns_total")).isZero();
      assertThat(metrics.get("coreaudit_sink_spool_overrun_events_total{sink=\"siem\"}")).isZero();
      assertThat(agent.stop()).isZero();
      shouldHaveAllInOrder(receiver, file, warm + generated);
    }
  }

  /// Lets the JVM reach its size.
  private static int warm(RunningAgent agent, LineReceiver receiver, Path file) throws Exception {
    int opens = 20_000;
    try (Load load = Load.start(file, opens, 1, 0)) {
      load.await();
    }
    agent.until(Duration.ofSeconds(30), "warm", () -> receiver.count() >= opens);
    return opens;
  }

  /// A share of the load's time passes; the largest RssAnon meanwhile.
  private static long live(RunningAgent agent, double share) throws Exception {
    long endNs = System.nanoTime() + (long) (LOAD_SECONDS * share * 1e9);
    long largest = 0;
    while (System.nanoTime() - endNs < 0) {
      largest = Math.max(largest, agent.memoryKib("RssAnon"));
      Thread.sleep(100);
    }
    return largest;
  }

  private static void shouldHaveAllInOrder(LineReceiver receiver, Path file, int generated) {
    List<Event> events = receiver.events();
    Set<String> ids = new HashSet<>();
    long last = 0;
    long repeatedBytes = 0;
    int opens = 0;
    for (Event event : events) {
      if (!ids.add(event.id())) {
        repeatedBytes += event.lengthBytes();
        continue;
      }
      assertThat(event.seq()).as("in order and without a hole").isEqualTo(last + 1);
      last = event.seq();
      opens += event.path().equals(file.toString()) ? 1 : 0;
      assertThat(event.is("gap")).as("gap %s", event).isFalse();
    }
    assertThat(opens).isEqualTo(generated);
    assertThat(receiver.connections()).isGreaterThanOrEqualTo(2);
    long breaks = receiver.connections() - 1L;
    System.out.printf(
        "ReceiverIT received=%d of %d breaks=%d came_twice_bytes=%d%n",
        opens, generated, breaks, repeatedBytes);
    assertThat(repeatedBytes)
        .as("came twice, %d breaks", breaks)
        .isLessThanOrEqualTo(breaks * (RESEND_WINDOW_BYTES + UNDER_WAY_BYTES));
  }
}
