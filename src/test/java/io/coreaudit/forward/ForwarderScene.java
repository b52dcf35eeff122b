package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.format.EventEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
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

  void feed(long events, int textBytes) {
    feed = new FrameFeed(directory.resolve("spool"), events, textBytes);
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

  @AfterEach
  void stop() throws InterruptedException {
    if (forwarder != null) {
      forwarder.stop(Duration.ofMillis(200));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(3))).isTrue();
      assertThat(count(SinkCounter.EVENTS_SENT))
          .isEqualTo(
              count(SinkCounter.EVENTS_ACKNOWLEDGED)
                  + count(SinkCounter.RETRIED_EVENTS)
                  + count(SinkCounter.POISON_EVENTS)
                  + count(SinkCounter.HELD_EVENTS));
      assertThat(count(SinkCounter.HELD_EVENTS)).isNotNegative();
      assertThat(forwarder.state().toString()).doesNotContain("secret");
      if (forwarder == counted && feed.reader().lagEvents() == 0) {
        shouldBalance();
      }
    }
    loop.close();
    feed.close();
  }
}
