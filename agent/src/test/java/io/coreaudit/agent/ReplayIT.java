package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The input ends before the sinks have everything: they get it, or the agent says what they did
/// not get.
final class ReplayIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int EVENTS = 10_000;

  @TempDir private Path dir;

  private String file(String sinks) throws Exception {
    return "input: {mode: file, files: [%s]}\nsinks: [%s]\n"
        .formatted(LineFeed.file(dir.resolve("audit.log"), EVENTS), sinks);
  }

  /// Waits until the input is read, and then longer than any stop takes.
  private static void awaitRead(RunningAgent agent) throws Exception {
    agent.until(SOON, "all read", () -> agent.metric("coreaudit_intake_accepted_total") == EVENTS);
    Thread.sleep(5_000);
  }

  @Test
  void shouldGiveEverythingToASlowReader() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.output(Redirect.PIPE).start(file("{type: stdout}"));
      long lines = 0;
      try (BufferedReader out = agent.process().inputReader()) {
        while (out.readLine() != null) {
          lines++;
          if (lines % 500 == 0) {
            Thread.sleep(300);
          }
        }
      }
      assertThat(agent.exitStatus()).as(agent.log()).isZero();
      assertThat(lines).as("events, start and stop").isEqualTo(EVENTS + 2);
      assertThat(agent.log()).doesNotContain("WARN");
    }
  }

  @Test
  void shouldGiveEverythingToAReceiverThatComesLate() throws Exception {
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      receiver.kill();
      agent.start(file(receiver.sink("siem")));
      awaitRead(agent);
      assertThat(agent.process().isAlive()).isTrue();
      receiver.reopen();
      assertThat(agent.exitStatus(Duration.ofSeconds(40))).as(agent.log()).isZero();
      assertThat(receiver.events().stream().filter(Event::isAudit).map(Event::serial).distinct())
          .hasSize(EVENTS);
    }
  }

  @Test
  void shouldSayWhatStaysInTheSpoolWhenUrgedToStop() throws Exception {
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      receiver.kill();
      agent.start(file(receiver.sink("siem")));
      awaitRead(agent);
      assertThat(agent.stop()).as(agent.log()).isEqualTo(3);
      assertThat(agent.log()).contains("sink siem: " + (EVENTS + 2) + " events stay in the spool");
    }
  }

  @Test
  void shouldGoOnForTheOtherSinkWhenTheReaderOfStandardOutputGoes() throws Exception {
    Path kept = dir.resolve("kept.log");
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .input(Redirect.PIPE)
          .output(Redirect.PIPE)
          .start(
              "input: {mode: plugin}\nsinks: [{type: stdout}, {type: file, path: %s}]\n"
                  .formatted(kept))
          .awaitReady();
      agent.process().getInputStream().close();
      try (OutputStream in = agent.process().getOutputStream()) {
        LineFeed.write(in, 1, 100);
        agent.until(SOON, "not ready", () -> agent.get("/readyz") == 503);
        assertThat(agent.text("/readyz")).contains("sink stdout ended", "Broken pipe");
        LineFeed.write(in, 101, EVENTS);
        agent.until(SOON, "all kept", () -> audited(kept) == EVENTS + 100);
        assertThat(agent.get("/healthz")).isEqualTo(200);
      }
      agent.exitStatus();
    }
  }

  @Test
  void shouldEndWhenTheReaderOfTheOnlySinkGoes() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .input(Redirect.PIPE)
          .output(Redirect.PIPE)
          .start("input: {mode: plugin}\nsinks: [{type: stdout}]\n")
          .awaitReady();
      agent.process().getInputStream().close();
      LineFeed.write(agent.process().getOutputStream(), 1, 100);
      assertThat(agent.exitStatus()).isEqualTo(3);
      assertThat(agent.log()).contains("sink stdout ended: standard output: Broken pipe");
    }
  }

  private static long audited(Path file) throws Exception {
    List<Event> events = Files.exists(file) ? Event.soFar(file) : List.of();
    return events.stream().filter(Event::isAudit).count();
  }
}
