package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGTERM is done within five seconds, whatever hangs; and what hangs is told.
final class StopIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  /// Five seconds, and what it takes to see it.
  private static final long WITHIN_MILLIS = 5_700;

  private static final int EVENTS = 20_000;

  @TempDir private Path dir;

  private RunningAgent agent(String sinks) throws IOException {
    return new RunningAgent(dir)
        .input(Redirect.PIPE)
        .start("input: {mode: plugin}\nsinks: [%s]\n".formatted(sinks));
  }

  private static void feed(RunningAgent agent) throws Exception {
    agent.awaitReady();
    LineFeed.write(agent.process().getOutputStream(), 1, EVENTS);
    agent.until(
        SOON, "all accepted", () -> agent.metric("coreaudit_intake_accepted_total") == EVENTS);
  }

  private static void shouldStopInTime(RunningAgent agent) throws Exception {
    long startedNs = System.nanoTime();
    assertThat(agent.stop()).as(agent.log()).isZero();
    assertThat((System.nanoTime() - startedNs) / 1_000_000)
        .as("milliseconds until the end; it says:%n%s", agent.log())
        .isLessThan(WITHIN_MILLIS);
  }

  @Test
  void shouldLeaveAReceiverThatTakesNothing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RunningAgent agent =
            agent(
                "{name: siem, type: tcp, address: '127.0.0.1:%d', tls: off}"
                    .formatted(silent.getLocalPort()))) {
      feed(agent);
      shouldStopInTime(agent);
      assertThat(agent.log()).containsPattern("sink siem: \\d+ events stay in the spool");
    }
  }

  @Test
  void shouldLeaveAPipeThatNobodyReads() throws Exception {
    try (RunningAgent agent =
        new RunningAgent(dir)
            .input(Redirect.PIPE)
            .output(Redirect.PIPE)
            .start("input: {mode: plugin}\nsinks: [{type: stdout}]\n")) {
      feed(agent);
      shouldStopInTime(agent);
      assertThat(agent.log()).containsPattern("sink stdout: \\d+ events stay in the spool");
    }
  }

  @Test
  void shouldNotWaitForAStandardErrorThatNobodyReads() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (RunningAgent agent =
        new RunningAgent(dir)
            .input(Redirect.PIPE)
            // A pipe that is full already.
            .before("sh", "-c", "head -c 65536 /dev/zero >&2; exec \"$@\"", "sh")
            .errors(Redirect.PIPE)
            .http("127.0.0.1:" + port)
            .start("input: {mode: plugin}\nsinks: [{type: stdout}]\n")) {
      feed(agent);
      assertThat(agent.metric("coreaudit_log_left_out_lines_total")).isPositive();
      assertThat(agent.get("/healthz")).isEqualTo(200);
      shouldStopInTime(agent);
    }
  }

  @Test
  void shouldNotSeemHealthyWhileADiskHangsAndGoOnAfterIt() throws Exception {
    try (ScratchDisk disk = ScratchDisk.ext4(dir.resolve("disk"), "128M");
        RunningAgent agent =
            new RunningAgent(dir)
                .input(Redirect.PIPE)
                .start(
                    """
                    input: {mode: plugin}
                    spool: {dir: %s/spool, max_size: 64MiB}
                    sinks: [{type: stdout}]
                    """
                        .formatted(disk.path()))) {
      agent.awaitReady();
      Thread.ofPlatform().daemon().start(() -> feedOn(agent));
      Thread.sleep(1_000);
      try {
        disk.freeze();
        // It says that it waits for the disk, or the whole JVM waits for it and nobody answers.
        int[] unready = {0};
        agent.until(
            Duration.ofSeconds(60),
            "not ready three times in a row",
            () -> (unready[0] = agent.get("/readyz") == 200 ? 0 : unready[0] + 1) == 3);
      } finally {
        disk.thaw();
      }
      agent.until(SOON, "ready again", () -> agent.get("/readyz") == 200);
      long accepted = agent.metric("coreaudit_intake_accepted_total");
      agent.until(
          SOON, "goes on", () -> agent.metric("coreaudit_intake_accepted_total") > accepted + 100);
      assertThat(agent.metric("coreaudit_intake_refused_total")).isZero();
      shouldStopInTime(agent);
    }
  }

  private static void feedOn(RunningAgent agent) {
    try {
      for (long serial = 1; ; serial += 50) {
        LineFeed.write(agent.process().getOutputStream(), serial, 50);
        Thread.sleep(10);
      }
    } catch (IOException | InterruptedException e) {
      return; // the agent ended
    }
  }
}
