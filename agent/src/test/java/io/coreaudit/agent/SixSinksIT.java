package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Six sinks, two of whose receivers are dead: the four get everything, and memory stays flat.
@Timeout(600)
final class SixSinksIT {
  private static final int WARM = 30_000;
  private static final int EVENTS = Scale.of("delivery", 60_000, 1_000_000);
  private static final long FLAT_WITHIN_KIB = 24 << 10;
  private static final Duration SOON = Duration.ofSeconds(Scale.of("delivery", 60, 300));

  @TempDir private Path dir;

  @Test
  void shouldStayFlatWithTwoDeadReceivers() throws Exception {
    try (LineReceiver lines = new LineReceiver(Path.of("/dev/null"));
        LineReceiver dead = new LineReceiver(dir.resolve("dead"));
        SiemServer server = new SiemServer();
        RunningAgent agent = new RunningAgent(dir)) {
      dead.kill();
      agent
          .input(ProcessBuilder.Redirect.PIPE)
          .start(
              """
              input: {mode: plugin}
              spool: {max_size: 4GiB, min_free: 1%%}
              sinks:
              - {name: file, type: file, path: %s, rotate_size: 16MiB, rotate_count: 1}
              - {name: lines, type: tcp, address: '127.0.0.1:%d'}
              - {name: posts, type: http, address: '127.0.0.1:%d'}
              - {name: index, type: bulk, address: '127.0.0.1:%d'}
              - {name: dead, type: relp, address: '127.0.0.1:%d'}
              - {name: deader, type: otlp, address: '127.0.0.1:%d'}
              """
                  .formatted(
                      dir.resolve("events.jsonl"),
                      lines.port(),
                      server.port(),
                      server.port(),
                      dead.port(),
                      dead.port()))
          .awaitReady();
      give(agent, lines, server, 1, WARM);
      long anonymous = agent.memoryKib("RssAnon");
      give(agent, lines, server, 1 + WARM, EVENTS);
      long grown = agent.memoryKib("RssAnon") - anonymous;
      System.out.printf(
          "SixSinksIT events=%d grown_kib=%d vmrss_kib=%d%n",
          EVENTS, grown, agent.memoryKib("VmRSS"));
      assertThat(grown).as("growth of RssAnon, KiB").isLessThan(FLAT_WITHIN_KIB);
      for (String sink : new String[] {"dead", "deader"}) {
        assertThat(agent.metric("coreaudit_sink_lag_events{sink=\"" + sink + "\"}"))
            .as(sink)
            .isGreaterThanOrEqualTo(WARM + EVENTS);
      }
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  private static void give(
      RunningAgent agent, LineReceiver lines, SiemServer server, int firstSerial, int events)
      throws Exception {
    long all = firstSerial + events; // and the start
    try (Feeder feeder = new Feeder(agent, firstSerial, 0, events)) {
      feeder.await();
    }
    agent.until(
        SOON,
        "the four have everything",
        () ->
            lines.count() >= all
                && server.of(SiemServer.HTTP).count() >= all
                && server.of(SiemServer.BULK).count() >= all
                && agent.metric("coreaudit_sink_lag_events{sink=\"file\"}") == 0);
  }
}
