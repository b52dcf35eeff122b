package io.coreaudit.forward;

import java.util.concurrent.TimeUnit;

/// A bucket that fills by so many tokens a second and holds what one second brings; full at the
/// beginning. For one thread.
///
/// It keeps the time at which the bucket would be full, which is all there is to know.
final class RateLimit {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final long costNs; // 0: no limit
  private long fullNs;

  /// @param perSecond 0: no limit
  RateLimit(int perSecond, long nowNs) {
    costNs = perSecond == 0 ? 0 : SECOND_NS / perSecond;
    fullNs = nowNs;
  }

  /// So long until there is a token; 0: there is one.
  long waitNs(long nowNs) {
    return costNs == 0 ? 0 : Math.max(0, fullNs - nowNs - (SECOND_NS - costNs));
  }

  /// Takes a token, which there is.
  void take(long nowNs) {
    if (costNs > 0) {
      fullNs = (fullNs - nowNs > 0 ? fullNs : nowNs) + costNs;
    }
  }

  /// Whether there is any limit.
  boolean isOn() {
    return costNs > 0;
  }
}
