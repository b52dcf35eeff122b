package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.LineReceiver.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The forwarding process is killed with SIGKILL under load, again and again.
@Timeout(30)
class ForwarderKillTest {
  private static final int EVENTS = 60_000; // 30 MB
  private static final int WINDOW_BYTES = 2 << 20;

  @TempDir private Path directory;

  /// The child: forwards what the spool holds to a port, until it is killed or all is delivered.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try (var feed = new FrameFeed(Path.of(arguments[0]), 0, 490);
          var loop = new NetworkLoop()) {
        feed.add(EVENTS - feed.appended());
        var settings =
            new SinkSettings.Tcp(
                "siem",
                "127.0.0.1",
                Integer.parseInt(arguments[1]),
                null,
                WINDOW_BYTES,
                SinkSettings.TcpTimings.DEFAULT);
        var forwarder =
            Forwarder.of(settings, Flow.all(), feed.reader(), new LineEncoder(), loop, ended -> {});
        forwarder.start();
        while (forwarder.counters().value(SinkCounter.HELD_EVENTS) < feed.reader().lagEvents()
            || forwarder.counters().value(SinkCounter.EVENTS_SENT) == 0) {
          Thread.sleep(20);
        }
        forwarder.stop(Duration.ofSeconds(5));
        forwarder.awaitEnd(Duration.ofSeconds(5));
      }
    }
  }

  @Test
  void shouldDeliverAllAtLeastOnceThoughItIsKilled() throws Exception {
    try (var receiver = new LineReceiver()) {
      receiver.pauseMs(2);
      for (int life = 1; life <= 3; life++) {
        Process child = start(receiver.port());
        int sessions = life;
        LineReceiver.await(
            () ->
                receiver.sessions().size() == sessions
                    && receiver.sessions().getLast().bytes > 6 << 20);
        child.destroyForcibly();
        assertThat(child.waitFor(5, TimeUnit.SECONDS)).isTrue();
        LineReceiver.await(() -> receiver.sessions().getLast().ended);
      }
      receiver.pauseMs(0);
      Process last = start(receiver.port());
      assertThat(last.waitFor(15, TimeUnit.SECONDS)).isTrue();
      assertThat(last.exitValue()).isZero();
      LineReceiver.await(() -> receiver.sessions().getLast().ended);

      long expected = 1;
      for (Session session : receiver.sessions()) {
        List<Long> seqs = session.seqs();
        assertThat(seqs.getFirst()).isLessThanOrEqualTo(expected);
        for (int i = 1; i < seqs.size(); i++) {
          assertThat(seqs.get(i)).isEqualTo(seqs.get(i - 1) + 1);
        }
        expected = seqs.getLast() + 1;
      }
      assertThat(new TreeSet<>(receiver.seqs())).hasSize(EVENTS);
      assertThat(receiver.seqs().size()).isGreaterThan(EVENTS);
    }
  }

  private Process start(int port) throws Exception {
    return JavaChild.start(
        directory.resolve("stderr"), Child.class, directory.resolve("spool"), port);
  }
}
