package io.coreaudit.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class StatusScreenTest {
  static StatusReport report() {
    Map<String, Long> dropped = new LinkedHashMap<>();
    dropped.put("ring_full", 0L);
    dropped.put("malformed", 12L);
    dropped.put("overrun", 3L);
    return new StatusReport(
        new StatusReport.Process(
            "0.1.0",
            "node-1",
            4711,
            "2026-11-22T04:33:09Z",
            7321,
            false,
            List.of("deaf: \"no\" event\n\u001b[2J \u00e9 \ud83d\ude00"),
            List.of("intake is stuck: no sign of life for 12 s (deadline 10 s)"),
            List.of("http.listen=127.0.0.1:9471: Address already in use"),
            131 << 20,
            17.25,
            "/etc/coreaudit/coreaudit.yaml"),
        new StatusReport.Input(
            "multicast, receive buffer 64 MiB",
            64L << 20,
            3L,
            "done: 12 events of before the start"),
        new StatusReport.Kernel(1, 812, 5, 8192, 1L << 40, 42),
        List.of(
            new StatusReport.Rate("records", 1204.04, 5_000_000),
            new StatusReport.Rate("events", 301, 1_250_000)),
        List.of(
            new StatusReport.LedgerLine("intake", 5_000_015L, 5_000_000L, dropped),
            new StatusReport.LedgerLine("spool", 1_250_000L, 1_250_000L, Map.of()),
            new StatusReport.LedgerLine("kernel", null, null, Map.of("lost_events", 7L))),
        new StatusReport.SpoolState(
            "/var/lib/coreaudit/spool", "accepting", 1_250_000, 25 << 20, 2L << 30, 2),
        List.of(
            new StatusReport.SinkState(
                "siem", "tcp", "siem:6514", "connected", 1_249_000, 0, 7, 1000),
            new StatusReport.SinkState("stdout", "stdout", "-", "writing", 1_250_000, 0, 0, 0)),
        List.of(
            new StatusReport.WatchState("/etc/kubernetes", "watched"),
            new StatusReport.WatchState("/none", "no such directory; tried again every 60 s")));
  }

  @Test
  void shouldFitOneScreenInColumns() throws Exception {
    assertThat(StatusScreen.render(ControlClient.parse(JsonReport.write(report()))))
        .isEqualTo(
            """
            coreaudit  0.1.0 on node-1, pid 4711, up 2 h 2 min, 131 MiB, cpu 17.3 s
            config     /etc/coreaudit/coreaudit.yaml
            state      NOT READY
                       deaf: "no" event??[2J \u00e9 \ud83d\ude00
                       intake is stuck: no sign of life for 12 s (deadline 10 s)
                       http.listen=127.0.0.1:9471: Address already in use
            input      multicast, receive buffer 64 MiB, dropped by the socket 3
            backfill   done: 12 events of before the start
            kernel     audit on, owner pid 812, backlog 5 of 8192, lost 1099511627776 (42 s ago)
            rates               last minute  since start
                       records     1204.0/s  5000000
                       events       301.0/s  1250000
            ledger     stage        in      out  dropped  why
                       intake  5000015  5000000       15  malformed 12, overrun 3
                       spool   1250000  1250000        0
                       kernel        -        -        7  lost_events 7
            spool      /var/lib/coreaudit/spool, accepting, 25 MiB of 2048 MiB, events 1250000, leaves out the most frequent
            sinks      name    delivered  dropped  filtered  behind  where
                       siem      1249000        0         7    1000  tcp siem:6514: connected
                       stdout    1250000        0         0       0  stdout -: writing
            watches    path             state
                       /etc/kubernetes  watched
                       /none            no such directory; tried again every 60 s
            """);
  }

  @Test
  void shouldLeaveOutWhatNobodyKnows() throws Exception {
    StatusReport live = report();
    StatusReport lines =
        new StatusReport(
            live.agent(),
            new StatusReport.Input("file, 1 files", null, null, null),
            null,
            live.rates(),
            live.ledger(),
            live.spool(),
            live.sinks(),
            live.watches());
    assertThat(StatusScreen.render(ControlClient.parse(JsonReport.write(lines))))
        .contains("\ninput      file, 1 files\nrates ")
        .doesNotContain("kernel     audit");
  }

  @Test
  void shouldKnowItselfAsTheOwnerOfTheSlot() throws Exception {
    String status = JsonReport.write(report()).replace("\"owner\": 812", "\"owner\": 4711");
    assertThat(StatusScreen.render(ControlClient.parse(status))).contains(", owner this agent, ");
  }

  @Test
  void shouldShowWhatAnotherVersionSends() throws Exception {
    assertThat(StatusScreen.render(ControlClient.parse("{}"))).isEmpty();
    assertThat(
            StatusScreen.render(
                ControlClient.parse("{\"agent\": 5, \"sinks\": [7, {\"new\": 1}]}")))
        .startsWith("sinks ");
  }

  @Property(tries = 300)
  void shouldReadBackAnyTextItWrites(@ForAll String text, @ForAll long number) {
    Json back = Json.parse(JsonReport.write(Map.of("text", text, "n", List.of(number))));
    // A half of a surrogate pair is no character: it comes back as the sign for that.
    byte[] sane = text.getBytes(StandardCharsets.UTF_16BE);
    assertThat(back.at("text").text()).isEqualTo(new String(sane, StandardCharsets.UTF_16BE));
    assertThat(back.at("n").elements().getFirst().text()).isEqualTo(Long.toString(number));
  }
}
