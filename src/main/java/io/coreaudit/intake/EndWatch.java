package io.coreaudit.intake;

import java.util.concurrent.TimeUnit;

/// Notices that events come without PROCTITLE, by which they end while the kernel leaves EOE out.
///
/// PROCTITLE can be excluded like any record (`-a exclude,always -F msgtype=PROCTITLE`), also for
/// some processes only. Then each such event waits for its time-out and looks incomplete. Three of
/// them within a minute are enough to have EOE sent again. One alone may have lost its PROCTITLE in
/// the kernel or in an overrun, so those that end near one do not count.
final class EndWatch {
  private static final int ENOUGH = 3;
  private static final long WITHIN_NS = TimeUnit.MINUTES.toNanos(1);
  private static final long NEAR_NS = TimeUnit.SECONDS.toNanos(10);

  private long unendedSeen;
  private final long[] foundNs = new long[ENOUGH];
  private int found;
  private boolean overran;
  private long overrunNs;

  /// Records were lost, or may have been.
  void overrun(long nowNs) {
    overran = true;
    overrunNs = nowNs;
  }

  /// Looks at how many events have ended so; whether EOE should be sent.
  ///
  /// @param unended events that timed out with all their records but PROCTITLE, so far
  boolean wantsEnds(long unended, long nowNs) {
    long fresh = unended - unendedSeen;
    unendedSeen = unended;
    if (overran && nowNs - overrunNs < NEAR_NS) {
      return false;
    }
    for (long i = 0; i < Math.min(fresh, ENOUGH); i++) {
      foundNs[found++ % ENOUGH] = nowNs;
    }
    return found >= ENOUGH && nowNs - foundNs[found % ENOUGH] <= WITHIN_NS;
  }
}
