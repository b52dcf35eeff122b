package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ledger of each sink of a whole agent, as its metrics tell it, to the event: over receivers
/// that are killed, a filter that changes at SIGHUP, and a receiver that is never there.
final class LedgerIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int ROUNDS = 4;
  private static final int STEP = 20_000;

  /// What an event ends as, and how it counts.
  private static final Map<String, Integer> ENDS =
      Map.of(
          "coreaudit_sink_events_acknowledged_total", 1,
          "coreaudit_sink_poison_events_total", 1,
          "coreaudit_sink_filtered_events_total", 1,
          "coreaudit_sink_encode_failures_total", 1,
          "coreaudit_sink_spool_corrupt_frames_total", 1,
          "coreaudit_sink_spool_overrun_events_total", 1,
          "coreaudit_sink_gaps_told_total", -1,
          "coreaudit_sink_lag_events", 1);

  @TempDir private Path dir;
  private OutputStream in;
  private int written;

  private void write(int events) throws Exception {
    LineFeed.write(in, written + 1, events);
    written += events;
  }

  @Test
  void shouldAddUpToTheEvent() throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    try (Rsyslog rsyslog = new Rsyslog(dir.resolve("rsyslog"));
        LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      String sinks =
          """
          input: {mode: plugin}
          heartbeat: {interval: off}
          sinks:
          - {name: relp, type: relp, address: '127.0.0.1:%d'}
          - %s
          - {name: gone, type: tcp, address: '127.0.0.1:%d'}
          """
              .formatted(rsyslog.relpPort(), receiver.sink("siem"), nobody);
      agent.input(Redirect.PIPE).start(sinks).awaitReady();
      in = agent.process().getOutputStream();
      for (int round = 0; round < ROUNDS; round++) {
        write(STEP);
        rsyslog.kill();
        receiver.kill();
        write(STEP);
        receiver.reopen();
        rsyslog.start();
        if (round == 0) {
          agent.configure(
              sinks.replace("name: siem,", "name: siem, filter: {exclude_types: [SYSCALL]},"));
          agent.signal("HUP");
          agent.until(SOON, "the filter", () -> agent.log().contains("changed siem"));
        }
        agent.until(SOON, "all of it", () -> lag(agent, "relp") == 0 && lag(agent, "siem") == 0);
      }
      Map<String, Long> metrics = agent.metrics();
      long appended = metrics.get("coreaudit_spool_appended_total");
      assertThat(appended).isGreaterThanOrEqualTo(written);
      for (String sink : List.of("relp", "siem", "gone")) {
        long sum = 0;
        for (Map.Entry<String, Integer> end : ENDS.entrySet()) {
          sum += end.getValue() * of(metrics, end.getKey(), sink);
        }
        assertThat(sum).as("ledger of %s: %s", sink, metrics).isEqualTo(appended);
      }
      assertThat(of(metrics, "coreaudit_sink_retried_events_total", "relp")).isPositive();
      assertThat(of(metrics, "coreaudit_sink_filtered_events_total", "siem")).isPositive();
      assertThat(of(metrics, "coreaudit_sink_lag_events", "gone")).isPositive();
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  private static long lag(RunningAgent agent, String sink) {
    return of(agent.metrics(), "coreaudit_sink_lag_events", sink);
  }

  private static long of(Map<String, Long> metrics, String name, String sink) {
    return metrics.getOrDefault("%s{sink=\"%s\"}".formatted(name, sink), -1L);
  }
}
