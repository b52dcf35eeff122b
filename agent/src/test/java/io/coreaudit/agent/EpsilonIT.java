package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The way from the kernel to the spool allocates nothing per event: a JVM that never frees is
/// asked how much its heap grew by under a small load and under a large one. What is allocated by
/// the clock, by the request and by the segment is in both; the difference is what events cost.
@KernelAudit
final class EpsilonIT {
  private static final int SMALL = Scale.of(50_000, 100_000);
  private static final int LARGE = Scale.of(250_000, 1_000_000);
  private static final double MOST_BYTES_PER_EVENT = 8;
  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(90);
  private static final Pattern USED = Pattern.compile("used \\[0x([0-9a-f]+), 0x([0-9a-f]+),");

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
              // What a thread holds and has not used counts as used: little of it.
              "-XX:-EpsilonElasticTLAB",
              "-XX:EpsilonMaxTLABSize=16k",
              "-Xms256m",
              "-Xmx256m",
              "-Xss512k")
          .start("watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: []\n".formatted(watched))
          .awaitReady();
      take(agent, token, SMALL, SMALL); // the code is compiled and every buffer has its size
      long small = take(agent, token, SMALL, 2 * SMALL);
      long large = take(agent, token, LARGE, 2 * SMALL + LARGE);
      new Ledger(agent.metrics()).shouldBalance();
      assertThat(agent.metric("coreaudit_intake_overruns_total")).isZero();
      double bytes = (large - small) / (double) (LARGE - SMALL);
      System.out.printf(
          "EpsilonIT events=%d heap_bytes=%d events=%d heap_bytes=%d bytes_per_event=%.2f%n",
          SMALL, small, LARGE, large, bytes);
      assertThat(bytes)
          .as("bytes an event: %d with %d events, %d with %d", small, SMALL, large, LARGE)
          .isLessThan(MOST_BYTES_PER_EVENT);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  /// Bytes that the heap grew by while so many events came.
  private static long take(RunningAgent agent, Path token, int events, long inAll)
      throws Exception {
    long before = heapUsed(agent);
    try (Load load = Load.start(token, events, 1, 0)) {
      assertThat(load.await()).isEqualTo(events);
    }
    long deadlineNs = System.nanoTime() + ARRIVES_WITHIN.toNanos();
    do {
      // Seldom: an answer of /metrics is paid from the same heap.
      Thread.sleep(2_000);
      assertThat(System.nanoTime()).as("%d events in time", inAll).isLessThan(deadlineNs);
    } while (agent.metric("coreaudit_intake_accepted_total") < inAll);
    return heapUsed(agent) - before;
  }

  private static long heapUsed(RunningAgent agent) throws Exception {
    String said =
        Command.run(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(agent.process().pid()),
            "GC.heap_info");
    Matcher used = USED.matcher(said);
    assertThat(used.find()).as(said).isTrue();
    return Long.parseLong(used.group(2), 16) - Long.parseLong(used.group(1), 16);
  }
}
