package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How soon it hears, and what it holds of the host's memory, idle and under load. The bounds are
/// wide: the tests' agent starts without the launcher's cache, on whatever machine builds.
/// `src/bench` measures (cold_starts.py, footprint.py, soak.py).
final class FootprintIT {
  private static final double BOUND_SECONDS = 4;
  private static final double READY_SECONDS = 15;
  private static final long IDLE_KIB = 160 << 10;
  private static final long FLAT_WITHIN_KIB = 8 << 10;
  private static final int RECORDS = 4;
  private static final int EVENTS = Scale.of(125_000, 1_250_000);
  private static final long REPLAY_KIB = 200 << 10;
  private static final Duration REPLAYED_WITHIN = Duration.ofSeconds(120);

  @TempDir private Path dir;

  @Test
  @KernelAudit
  void shouldHearSoonAndStaySmall() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      long beganNs = System.nanoTime();
      agent.start(
          "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [%s]\n"
              .formatted(watched, receiver.sink("siem")));
      agent.until(Duration.ofSeconds(30), "the socket is bound", () -> hears(agent));
      double bound = secondsSince(beganNs);
      agent.awaitReady();
      double ready = secondsSince(beganNs);
      Thread.sleep(3_000);
      long idle = agent.memoryKib("VmRSS");
      System.out.printf(
          "FootprintIT bound_s=%.2f ready_s=%.2f idle_vmrss_kib=%d%n", bound, ready, idle);
      assertThat(bound).as("seconds to the bound socket").isLessThan(BOUND_SECONDS);
      assertThat(ready).as("seconds to ready").isLessThan(READY_SECONDS);
      assertThat(idle).as("VmRSS idle, KiB").isLessThan(IDLE_KIB);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  /// Whether one of its sockets is in audit's multicast group.
  static boolean hears(RunningAgent agent) throws Exception {
    String pid = Long.toString(agent.process().pid());
    for (String line : Files.readAllLines(Path.of("/proc/net/netlink"))) {
      // sk Eth Pid Groups ..: of protocol 9, with the first group.
      List<String> words = List.of(line.trim().split("\\s+"));
      if (words.get(1).equals("9") && words.get(2).equals(pid) && words.get(3).endsWith("1")) {
        return true;
      }
    }
    return false;
  }

  private static double secondsSince(long beganNs) {
    return (System.nanoTime() - beganNs) / 1e9;
  }

  /// Twice the same number of events, with a pipe between: while nobody has written it, the first
  /// half is over and the second has not begun. What the process holds beside the mapped files of
  /// the spool is to be flat, those come and go by the segment.
  @Test
  @Timeout(300)
  void shouldStayFlatUnderAReplay() throws Exception {
    Path first = LineFeed.file(dir.resolve("first.log"), EVENTS / 2);
    Path pipe = dir.resolve("pipe");
    Command.run("mkfifo", pipe.toString());
    Path second = dir.resolve("second.log");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(second))) {
      LineFeed.write(out, EVENTS / 2 + 1L, EVENTS / 2);
    }
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      agent.start(
          "input: {mode: file, files: [%s, %s, %s]}\nsinks: [%s]\n"
              .formatted(first, pipe, second, receiver.sink("siem")));
      Resident firstHalf = largest(agent, receiver, EVENTS / 2);
      Files.newOutputStream(pipe).close();
      Resident secondHalf = largest(agent, receiver, EVENTS);
      System.out.printf(
          "FootprintIT records=%d rssanon_max_kib first_half=%d second_half=%d vmhwm_kib=%d%n",
          EVENTS * RECORDS, firstHalf.anonymous(), secondHalf.anonymous(), secondHalf.all());
      assertThat(secondHalf.anonymous())
          .as("largest RssAnon of the second half, KiB; of the first: %d", firstHalf.anonymous())
          .isLessThan(firstHalf.anonymous() + FLAT_WITHIN_KIB);
      assertThat(secondHalf.all()).as("VmHWM, KiB").isLessThan(REPLAY_KIB);
      assertThat(agent.exitStatus(REPLAYED_WITHIN)).as(agent.log()).isZero();
      assertThat(receiver.count()).as("all, start and stop").isEqualTo(EVENTS + 2);
    }
  }

  /// The largest of both until the receiver has so many events, in KiB.
  private record Resident(long anonymous, long all) {}

  private static Resident largest(RunningAgent agent, LineReceiver receiver, int events)
      throws Exception {
    Resident[] largest = {new Resident(0, 0)};
    Await.until(
        REPLAYED_WITHIN,
        events + " events",
        () -> "it says:\n" + agent.log(),
        () -> {
          largest[0] = resident(agent, largest[0]);
          return receiver.count() > events; // the start is one more
        });
    return largest[0];
  }

  /// What it is now; what it was when the process has ended: the receiver may be behind.
  private static Resident resident(RunningAgent agent, Resident before) {
    try {
      return new Resident(
          Math.max(before.anonymous(), agent.memoryKib("RssAnon")), agent.memoryKib("VmHWM"));
    } catch (IOException | AssertionError ended) {
      return before;
    }
  }
}
