package io.coreaudit.watch;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// When something comes back that somebody takes away again and again: at once, then after 5, 30
/// and 300 s. When it goes for the fifth time within ten minutes of its first return it is
/// contested: it stays away for ten minutes, comes back once, and only when it then stands for ten
/// minutes is the quarrel over.
///
/// Removals are counted, not returns: by these delays a fifth return would be 635 s after the
/// first.
///
/// Times are those of `System.nanoTime`.
final class Comeback {
  private static final long[] DELAYS_NS = {
    0, TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(30), TimeUnit.SECONDS.toNanos(300)
  };
  private static final long WINDOW_NS = TimeUnit.MINUTES.toNanos(10);

  private final int free;
  private final ArrayDeque<Long> backs = new ArrayDeque<>();
  private boolean away;
  private boolean contested;
  private long dueNs;

  Comeback() {
    this(0);
  }

  /// One with more patience.
  ///
  /// @param free how often within ten minutes it comes back at once before all this begins
  Comeback(int free) {
    this.free = free;
  }

  /// It is away; noted once until it is back.
  ///
  /// @return whether that is news
  boolean away(long nowNs) {
    if (away) {
      return false;
    }
    settle(nowNs);
    away = true;
    int times = Math.max(0, backs.size() - free);
    contested |= times >= DELAYS_NS.length;
    dueNs = nowNs + (contested ? WINDOW_NS : DELAYS_NS[times]);
    return true;
  }

  /// It is back, by our doing.
  void back(long nowNs) {
    away = false;
    backs.addLast(nowNs);
  }

  /// It stands, by whomever.
  void stands(long nowNs) {
    away = false;
    settle(nowNs);
  }

  private void settle(long nowNs) {
    boolean quiet = backs.isEmpty() || nowNs - backs.getLast() >= WINDOW_NS;
    if (contested && !quiet) {
      return;
    }
    contested = false;
    while (!backs.isEmpty() && nowNs - backs.getFirst() >= WINDOW_NS) {
      backs.removeFirst();
    }
  }

  /// Somebody settled the quarrel: it begins anew.
  void forgive() {
    backs.clear();
    contested = false;
    dueNs = 0;
    away = false;
  }

  /// Whether it is away and must wait.
  boolean waits(long nowNs) {
    return away && nowNs - dueNs < 0;
  }

  /// Whether it is away.
  boolean isAway() {
    return away;
  }

  /// When it may come back, while it is away.
  long dueNs() {
    return dueNs;
  }

  /// In how many seconds it comes back.
  long waitSeconds(long nowNs) {
    return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(dueNs - nowNs + 999_999_999L));
  }

  /// Whether it went too often.
  boolean contested() {
    return contested;
  }

  /// When it comes back, as the end of a reason; empty when that is at once.
  String until(long nowNs) {
    if (!waits(nowNs)) {
      return "";
    }
    Instant at = Instant.now().plusSeconds(waitSeconds(nowNs)).truncatedTo(ChronoUnit.SECONDS);
    return (contested ? ", again and again: contested, next try at " : "; they come back at ") + at;
  }

  /// What is done about it while it waits.
  String waiting(long nowNs, String then) {
    String in = then + " in " + waitSeconds(nowNs) + " s";
    return contested ? "contested: " + in : in;
  }
}
