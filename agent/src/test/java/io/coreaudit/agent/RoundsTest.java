package io.coreaudit.agent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RoundsTest {
  private static final Duration SHORT = Duration.ofMillis(10);

  @Test
  void shouldLookAgainAtWhatFailed() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger others = new AtomicInteger();
    try (Rounds rounds = new Rounds("rounds")) {
      rounds.every(
          SHORT,
          "fails",
          () -> {
            looks.incrementAndGet();
            throw new IllegalStateException("no such file");
          });
      rounds.every(SHORT, "other", others::incrementAndGet);
      Await.until(
          Duration.ofSeconds(10),
          "three looks at both",
          () -> looks + ", " + others,
          () -> looks.get() >= 3 && others.get() >= 3);
    }
  }
}
