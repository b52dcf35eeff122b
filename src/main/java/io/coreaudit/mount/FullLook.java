package io.coreaudit.mount;

import java.util.concurrent.TimeUnit;

/// When the whole table is looked through again.
///
/// At once when something happened that nothing else explains, such as a remount; some time after
/// other traffic, for what may have hidden in it. Never in idle times, and never for more than a
/// small part of the time. It goes in parts, so that a mount that comes meanwhile does not wait.
final class FullLook {
  private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long AT_MOST_EVERY_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int PAUSE_PER_COST = 4;
  private static final int PART = 64;

  private boolean wanted;
  private boolean running;
  private long beganNs;
  private long dueNs;
  private long lastEndNs = System.nanoTime() - AT_MOST_EVERY_NS;
  private long pauseNs;

  /// Wants one for something that nothing explains.
  void wantNow(long nowNs) {
    want(Math.max(nowNs, lastEndNs + pauseNs));
  }

  /// Wants one when there is time.
  void wantLater(long nowNs) {
    want(Math.max(nowNs + SETTLE_NS, lastEndNs + AT_MOST_EVERY_NS));
  }

  private void want(long atNs) {
    dueNs = wanted ? Math.min(dueNs, atNs) : atNs;
    wanted = true;
  }

  /// Does a part of it, when it is due.
  ///
  /// @return how much was told
  int work(StatTable table, long nowNs) {
    if (!running && !(wanted && nowNs - dueNs >= 0)) {
      return 0;
    }
    int told = 0;
    if (!running) {
      running = true;
      wanted = false;
      beganNs = nowNs;
      told = table.beginFullLook();
    }
    told += table.continueFullLook(PART);
    if (table.fullLookEnded()) {
      running = false;
      lastEndNs = System.nanoTime();
      pauseNs = Math.min(LONGEST_PAUSE_NS, PAUSE_PER_COST * (lastEndNs - beganNs));
    }
    return told;
  }

  /// How long to wait for it: -1 for ever, because none is wanted.
  int timeoutMillis(long nowNs) {
    if (running) {
      return 0;
    }
    return wanted ? millisUntil(dueNs, nowNs) : -1;
  }

  /// Rounded up: a wait that ends early would only wait again.
  static int millisUntil(long dateNs, long nowNs) {
    long leftNs = dateNs - nowNs;
    return leftNs <= 0 ? 0 : (int) (leftNs / 1_000_000) + 1;
  }
}
