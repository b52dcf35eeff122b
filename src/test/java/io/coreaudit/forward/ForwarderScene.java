package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.format.EventEncoder;
import io.coreaudit.spool.SpoolSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// A spool, a forwarder on it, and what must hold of any when it ends.
abstract class ForwarderScene {
  @TempDir Path directory;
  final NetworkLoop loop = new NetworkLoop();
  FrameFeed feed;
  Forwarder forwarder;
  private Forwarder counted; // from its first event on
  private long owedBefore;

  /// How long an error that must come may be away.
  Duration errorPatience = Duration.ofSeconds(25);

  static List<Long> upTo(long last) {
    return FrameFeed.upTo(last);
  }

  void feed(long events, int textBytes) {
    feed = new FrameFeed(directory.resolve("spool"), events, textBytes);
  }

  /// A spool of 2 MiB, with a hundred events of a kilobyte: it moves on over what is not sent.
  void smallFeed() {
    feed =
        new FrameFeed(
            new SpoolSettings(
                directory.resolve("spool"), 2 << 20, 0, 256 << 10, SpoolSettings.OnFull.OVERRUN),
            1_000);
    feed.add(100);
  }

  void forward(SinkSettings settings, EventEncoder encoder) {
    forward(settings, Flow.all(), encoder);
  }

  void forward(SinkSettings settings, Flow flow, EventEncoder encoder) {
    forwarder = Forwarder.of(settings, flow, feed.reader(), encoder, loop, ended -> {});
    forwarder.boot(FrameFeed.BOOT_HIGH, FrameFeed.BOOT_LOW);
    counted = forwarder;
    owedBefore = feed.reader().lagEvents() - feed.appended();
    forwarder.start();
  }

  /// What became of each event that the spool took: the whole sum, when nothing is under way.
  void shouldBalance() {
    assertThat(
            count(SinkCounter.EVENTS_ACKNOWLEDGED)
                + count(SinkCounter.POISON_EVENTS)
                + count(SinkCounter.FILTERED_EVENTS)
                + count(SinkCounter.ENCODE_FAILURES)
                + count(SinkCounter.SPOOL_CORRUPT_FRAMES)
                + count(SinkCounter.SPOOL_OVERRUN_EVENTS)
                - count(SinkCounter.GAPS_TOLD))
        .as("%s", Arrays.stream(SinkCounter.values()).map(key -> key + "=" + count(key)).toList())
        .isEqualTo(owedBefore + feed.appended());
  }

  DeadLetterBox deadLetters() {
    return new DeadLetterBox(directory.resolve("dead-letters"), 1 << 20);
  }

  long count(SinkCounter counter) {
    return forwarder.counters().value(counter);
  }

  /// Waits until the last thing that went wrong is told with these words.
  void awaitError(String... words) throws InterruptedException {
    long deadlineNs = System.nanoTime() + errorPatience.toNanos();
    while (!Stream.of(words).allMatch(forwarder.state().lastError()::contains)
        && System.nanoTime() - deadlineNs < 0) {
      Thread.sleep(2);
    }
    assertThat(forwarder.state().lastError()).contains(words).doesNotContain("\n");
  }

  /// What became of the events that were sent.
  private long accountedFor() {
    return count(SinkCounter.EVENTS_ACKNOWLEDGED)
        + count(SinkCounter.RETRIED_EVENTS)
        + count(SinkCounter.POISON_EVENTS)
        + count(SinkCounter.HELD_EVENTS);
  }

  /// Waits until the books of a forwarder that runs, and may just be counting, balance.
  void awaitBalance() throws InterruptedException {
    LineReceiver.await(() -> count(SinkCounter.EVENTS_SENT) == accountedFor());
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (forwarder != null) {
      forwarder.stop(Duration.ofMillis(200));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(10))).isTrue();
      assertThat(count(SinkCounter.EVENTS_SENT)).isEqualTo(accountedFor());
      assertThat(count(SinkCounter.HELD_EVENTS)).isNotNegative();
      assertThat(forwarder.state().toString()).doesNotContain("secret");
      if (forwarder == counted && feed.reader().lagEvents() == 0) {
        shouldBalance();
      }
    }
    loop.close();
    if (feed != null) {
      feed.close();
    }
  }
}
