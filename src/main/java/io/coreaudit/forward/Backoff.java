package io.coreaudit.forward;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: doubling up to a limit, with jitter.
///
/// Each wait lies between half of the doubled value and the whole of it, so that the agents of a
/// thousand nodes do not knock at the same moment when their receiver comes back.
final class Backoff {
  private final long firstMs;
  private final long limitMs;
  private final RandomGenerator random;
  private int failures;

  Backoff(SinkSettings.TcpTimings timings) {
    // not the thread's own generator: it is made on one thread and used on another, whose generator
    // nobody may have seeded
    this(
        timings.firstBackoff().toMillis(),
        timings.longestBackoff().toMillis(),
        new SplittableRandom());
  }

  Backoff(long firstMs, long limitMs, RandomGenerator random) {
    this.firstMs = firstMs;
    this.limitMs = limitMs;
    this.random = random;
  }

  /// The wait after one more failure, in nanoseconds.
  long nextNs() {
    long wholeMs = Math.min(limitMs, firstMs << Math.min(failures, 20));
    failures++;
    long wholeNs = wholeMs * 1_000_000;
    return wholeNs / 2 + random.nextLong(wholeNs / 2 + 1);
  }

  /// Starts again at the shortest wait.
  void reset() {
    failures = 0;
  }
}
