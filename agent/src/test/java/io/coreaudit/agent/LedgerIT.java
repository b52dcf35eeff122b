package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ledger of each sink (sinks.md) over a whole agent, as its metrics tell it, to the event:
/// over receivers that are killed, a filter that changes at SIGHUP, and a receiver that is never
/// there.
final class LedgerIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int ROUNDS = 4;
  private static final int STEP = 20_000;

  /// The lines of the ledger as the document has them: `+ coreaudit_sink_lag_events`.
  private static final Pattern LINE = Pattern.compile("(?m)^    ([=+-]) (coreaudit_sink_\\w+) ");

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
        assertThat(sum(metrics, sink)).as("ledger of %s: %s", sink, metrics).isEqualTo(appended);
      }
      assertThat(of(metrics, "coreaudit_sink_retried_events_total", "relp")).isPositive();
      assertThat(of(metrics, "coreaudit_sink_filtered_events_total", "siem")).isPositive();
      assertThat(of(metrics, "coreaudit_sink_lag_events", "gone")).isPositive();
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  private static long sum(Map<String, Long> metrics, String sink) throws IOException {
    List<MatchResult> lines =
        LINE.matcher(Files.readString(Path.of("../src/docs/sinks.md"))).results().toList();
    assertThat(lines).hasSize(8);
    long sum = 0;
    for (MatchResult line : lines) {
      long events = of(metrics, line.group(2), sink);
      sum += line.group(1).equals("-") ? -events : events;
    }
    return sum;
  }

  private static long lag(RunningAgent agent, String sink) {
    return of(agent.metrics(), "coreaudit_sink_lag_events", sink);
  }

  private static long of(Map<String, Long> metrics, String name, String sink) {
    return metrics.get("%s{sink=\"%s\"}".formatted(name, sink));
  }
}
