package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.HttpReceiver.Answer;
import io.coreaudit.spool.SpoolInspector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// kill -9 while the receiver has a batch and has not answered: nothing is missing, and what comes
/// twice is that batch alone.
final class HttpKillTest {
  private static final long EVENTS = 30_000;
  private static final int KILLS = 3;

  @TempDir private Path directory;

  /// The child: forwards what the spool holds to a port, until it is killed or all is delivered.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try (var feed = new FrameFeed(Path.of(arguments[0]), 0, 200);
          var loop = new NetworkLoop()) {
        feed.add(EVENTS - feed.appended());
        var settings =
            HttpScene.plain(
                HttpDialect.LINES,
                Integer.parseInt(arguments[1]),
                SinkSettings.TcpTimings.DEFAULT,
                null,
                new DeadLetterBox(Path.of(arguments[0]).resolveSibling("dead-letters"), 1 << 20));
        var forwarder =
            Forwarder.of(settings, Flow.all(), feed.reader(), new LineEncoder(), loop, _ -> {});
        forwarder.start();
        while (feed.reader().lagEvents() > 0) {
          Thread.sleep(20);
        }
      }
    }
  }

  @Test
  void shouldRepeatWhatWasNotAnsweredAndNothingElse() throws Exception {
    ConcurrentLinkedQueue<List<Long>> requests = new ConcurrentLinkedQueue<>();
    CountDownLatch over = new CountDownLatch(1);
    List<Long> unanswered = new ArrayList<>();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              requests.add(
                  asked.lines().stream().map(line -> Long.parseLong(line.split(" ")[1])).toList());
              boolean held = requests.size() % 6 == 0 && requests.size() <= 6 * KILLS;
              if (held) {
                HttpScene.hold(over);
              }
              return held ? null : new Answer(200, "");
            })) {
      for (int kill = 1; kill <= KILLS; kill++) {
        Process child = start(receiver.port());
        int held = 6 * kill;
        LineReceiver.await(() -> requests.size() == held);
        List<List<Long>> came = List.copyOf(requests);
        unanswered.addAll(came.getLast());
        // The cursor is on disk within a second: what was answered must not come again then.
        long answered = came.get(came.size() - 2).getLast();
        LineReceiver.await(() -> cursor() == answered);
        child.destroyForcibly();
        assertThat(child.waitFor(5, TimeUnit.SECONDS)).isTrue();
      }
      Process last = start(receiver.port());
      assertThat(last.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(last.exitValue()).isZero();
    } finally {
      over.countDown();
    }
    List<Long> came = requests.stream().flatMap(List::stream).toList();
    assertThat(new TreeSet<>(came)).containsExactlyElementsOf(FrameFeed.upTo(EVENTS));
    assertThat(came).hasSize((int) EVENTS + unanswered.size());
  }

  private long cursor() {
    return SpoolInspector.of(directory.resolve("spool")).verify(_ -> {}).cursors().stream()
        .filter(cursor -> cursor.name().equals("siem"))
        .mapToLong(SpoolInspector.Cursor::seq)
        .findFirst()
        .orElse(0);
  }

  private Process start(int port) throws Exception {
    return JavaChild.start(
        directory.resolve("stderr"), Child.class, directory.resolve("spool"), port);
  }
}
