package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.agent.http.Health;
import io.coreaudit.ledger.ChainCheck;
import io.coreaudit.ledger.ChainKeys;
import io.coreaudit.spool.SpoolInspector;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A quiet node says that it is there, and how its ledger stands.
final class PulseIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int EVENTS = 500;

  @TempDir private Path dir;

  @Test
  void shouldTellTheLedgerAtAnInterval() throws Exception {
    try (LineReceiver away = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      away.kill();
      agent
          .input(Redirect.PIPE)
          .start(
              """
              input: {mode: plugin}
              heartbeat: {interval: 1s}
              sinks: [{type: stdout}, %s, {name: few, type: file, path: %s, filter: {keys: [x]}}]
              """
                  .formatted(away.sink("siem"), dir.resolve("few")))
          .awaitReady();
      OutputStream in = agent.process().getOutputStream();
      in.write("no record\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      LineFeed.write(in, 1, EVENTS);
      agent.until(SOON, "it is told", () -> pulses(agent).stream().anyMatch(PulseIT::toldAll));
      int before = pulses(agent).size();
      agent.until(SOON, "and again", () -> pulses(agent).size() >= before + 2);

      JsonNode event = pulses(agent).stream().filter(PulseIT::toldAll).findFirst().orElseThrow();
      assertThat(event.at("/event/kind").asText()).isEqualTo("metric");
      JsonNode told = event.at("/coreaudit/heartbeat");
      assertThat(told.get("ready").asInt()).isOne();
      assertThat(told.get("intake_in").asLong()).isEqualTo(4L * EVENTS + 1);
      assertThat(told.get("intake_out").asLong()).isEqualTo(4L * EVENTS);
      assertThat(told.get("intake_dropped_malformed").asLong()).isOne();
      assertThat(told.get("events_out").asLong()).isEqualTo(EVENTS);
      assertThat(told.get("spool_state").asText()).isEqualTo("open");
      assertThat(told.get("spool_max_bytes").asLong())
          .isGreaterThanOrEqualTo(told.get("spool_bytes").asLong());
      long seq = told.get("seq").asLong();
      assertThat(seq).isEqualTo(event.at("/coreaudit/seq").asLong() - 1);
      assertThat(told.get("sink_stdout_lag").asLong()).isBetween(0L, seq);
      assertThat(told.get("sink_siem_lag").asLong()).isEqualTo(seq);
      assertThat(told.get("sink_siem_cursor").asLong()).isZero();
      assertThat(told.get("sink_siem_out").asLong()).isZero();
      agent.until(
          SOON,
          "each number that the filter left out is told once",
          () ->
              pulses(agent).stream().mapToLong(PulseIT::leftOut).sum() == EVENTS
                  && pulses(agent)
                          .getLast()
                          .at("/coreaudit/heartbeat/sink_few_dropped_filter")
                          .asLong()
                      == EVENTS);
      agent.until(
          SOON,
          "a hash over all of them is told",
          () -> pulses(agent).stream().anyMatch(pulse -> chained(pulse) > EVENTS));
      assertThat(agent.stop()).isZero();
      ChainCheck check = new ChainCheck(ChainKeys.NONE, problem -> assertThat(problem).isNull());
      SpoolInspector.of(agent.spool())
          .cat(
              frame -> {
                check.add(frame);
                return true;
              });
      assertThat(check.findings().checkedEvents()).isGreaterThan(EVENTS);
    }
  }

  /// Nobody waits for the next minute: the stop says which numbers the filter left out.
  @Test
  void shouldTellAtAStopWhatNoHeartbeatHasTold() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .input(Redirect.PIPE)
          .start(
              """
              input: {mode: plugin}
              sinks: [{type: stdout}, {name: few, type: file, path: %s, filter: {keys: [x]}}]
              """
                  .formatted(dir.resolve("few")))
          .awaitReady();
      LineFeed.write(agent.process().getOutputStream(), 1, EVENTS);
      agent.until(
          SOON,
          "all are left out",
          () -> agent.metric("coreaudit_sink_filtered_events_total{sink=\"few\"}") == EVENTS);
      assertThat(pulses(agent)).isEmpty();
      assertThat(agent.stop()).isZero();
      assertThat(pulses(agent).stream().mapToLong(PulseIT::leftOut).sum()).isEqualTo(EVENTS);
    }
  }

  @Test
  void shouldBeHealthyHoweverQuietItIs() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .input(Redirect.PIPE)
          .start("input: {mode: plugin}\nheartbeat: {interval: off}\nsinks: [{type: stdout}]\n")
          .awaitReady();
      // A silence longer than the one that makes a thread stuck.
      Thread.sleep(Health.STUCK_NS / 1_000_000 + 2_000);
      assertThat(pulses(agent)).isEmpty();
      assertThat(agent.text("/healthz")).isEqualTo("healthy\n");
    }
  }

  /// How many numbers a heartbeat says that the filter left out: `filter 3-17, 20`.
  private static long leftOut(JsonNode event) {
    long numbers = 0;
    String ranges = event.at("/coreaudit/heartbeat/sink_few_unsent").asText();
    for (String range : ranges.replace("filter ", "").split(", ")) {
      if (!range.isEmpty()) {
        String[] ends = range.split("-");
        numbers += Long.parseLong(ends[ends.length - 1]) - Long.parseLong(ends[0]) + 1;
      }
    }
    return numbers;
  }

  private static long chained(JsonNode event) {
    return event.at("/coreaudit/heartbeat/chain_seq").asLong();
  }

  private static boolean toldAll(JsonNode event) {
    return event.at("/coreaudit/heartbeat/events_out").asLong() == EVENTS;
  }

  private static List<JsonNode> pulses(RunningAgent agent) {
    return Event.soFar(agent.stdout()).stream()
        .filter(event -> event.is("heartbeat"))
        .map(Event::json)
        .toList();
  }
}
