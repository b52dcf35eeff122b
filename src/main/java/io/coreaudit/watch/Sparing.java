package io.coreaudit.watch;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How much is told one by one of something that others may repeat without end: twenty a minute.
/// The rest is a number. One thread's own.
final class Sparing {
  private static final int MOST_A_MINUTE = 20;
  private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier clock;
  private long beganNs;
  private int told;
  private int left;

  /// @param clock the time in nanoseconds
  Sparing(LongSupplier clock) {
    this.clock = clock;
    this.beganNs = clock.getAsLong();
  }

  /// Whether one more is told; what is not is counted.
  boolean mayTell() {
    if (told < MOST_A_MINUTE) {
      told++;
      return true;
    }
    left++;
    return false;
  }

  /// Begins another minute when the last is over.
  ///
  /// @return how many were not told in the one that is over
  int takeLeft() {
    long nowNs = clock.getAsLong();
    if (nowNs - beganNs < MINUTE_NS) {
      return 0;
    }
    int sum = left;
    beganNs = nowNs;
    told = 0;
    left = 0;
    return sum;
  }
}
