package io.coreaudit.event;

import java.util.Arrays;

/// Tells which serials of the kernel never came: an estimate of lost events.
///
/// ```text
///            base                              high
///  decided    |  1 1 0 1 1 1 0 0 1 1 1 1 1 1 1 1 |            a window of 65,536 serials, one bit each
///             +----------------------------------+
/// ```
///
/// A serial that was not seen is lost when the window moves over it, a second after a higher one
/// was seen (`tick`), or when the caller knows of a later one (`closeUpTo`). Until then a late
/// record mends it; one that comes later still, within a window, is counted (`lateEvents`). Serials
/// are 32 bits and wrap. Within a boot the counter never goes back, so a jump back by more than a
/// window is the record of a system call that began long ago and blocked since: it is counted and
/// changes nothing (`strayEvents`), for nobody knows any more whether it was told as lost. A jump
/// forward by more than 2^28 is one of them too when its stamp is no newer; with a newer one it was
/// the first serial that was such a record: what was open is decided, and counting begins there
/// without a figure for the jump.
///
/// It is an estimate because the kernel also takes a serial for an event that a filter then hides.
///
/// One thread. Work per serial is constant, and per decision one step per 64 serials of the window.
public final class SerialGaps {
  private static final int WINDOW = 1 << 16;
  private static final int LARGEST_JUMP = 1 << 28;
  private static final long DECIDED_AFTER_NS = 1_000_000_000L;

  private final long[] seen = new long[WINDOW / 64];
  private final long[] given = new long[WINDOW / 64]; // up for lost, of the window below base
  private boolean started;
  private boolean heard;
  private long first; // the serial heard first that may be of now
  private int base; // lowest serial not decided
  private int high; // highest serial seen or decided

  private boolean marked;
  private int mark;
  private long markNs;

  private long lost;
  private long taken;
  private int firstMissing;
  private int lastMissing;
  private long lateEvents;
  private long lateTaken;
  private long strayEvents;
  private long restarts;
  private long highStampMs; // of the record that moved high; without meaning unless it is known
  private boolean stampKnown;
  private long listensSinceMs = Long.MIN_VALUE;

  /// Creates a window that begins at the first serial it is given.
  public SerialGaps() {}

  /// Leaves serials out of `firstHeard` whose stamp is older: they are of system calls that began
  /// before anybody listened. Before the first serial.
  public void listensSince(long epochMs) {
    listensSinceMs = epochMs;
  }

  /// Begins behind a serial that was taken before: what is missing between it and the first one
  /// that comes was lost. Before the first serial.
  public void goOnAfter(long kernelSerial) {
    begin((int) kernelSerial + 1);
    high = (int) kernelSerial;
  }

  /// Notes that a record of this serial came.
  ///
  /// @param stampMs its stamp, milliseconds of the epoch
  public void onSerial(long kernelSerial, long stampMs) {
    int serial = (int) kernelSerial;
    if (!heard) {
      hear(serial, stampMs);
    }
    int ahead = serial - base;
    if (ahead < 0) {
      if (high - serial >= 0 && high - serial <= WINDOW) {
        takeLate(serial);
        return;
      }
      strayEvents++;
      return;
    }
    if (ahead >= WINDOW) {
      if (serial - high > LARGEST_JUMP) {
        if (stampKnown && stampMs <= highStampMs) {
          strayEvents++;
          return;
        }
        restart(serial);
      } else {
        decideBelow(serial - WINDOW + 1);
      }
    }
    seen[(serial & WINDOW - 1) >>> 6] |= 1L << serial;
    if (serial - high >= 0) {
      high = serial;
      highStampMs = stampMs;
      stampKnown = true;
    }
  }

  /// Decides what was overtaken a second ago or earlier.
  ///
  /// @param nowNs the monotonic clock
  public void tick(long nowNs) {
    if (!started) {
      return;
    }
    if (marked && nowNs - markNs < DECIDED_AFTER_NS) {
      return;
    }
    if (marked && mark - base >= 0) {
      decideBelow(mark + 1);
    }
    marked = true;
    mark = high;
    markNs = nowNs;
  }

  /// Decides all serials up to and including one that the caller knows to have been given out.
  public void closeUpTo(long kernelSerial) {
    int serial = (int) kernelSerial;
    int ahead = serial - base;
    if (!started || ahead < 0 || ahead > LARGEST_JUMP) {
      return;
    }
    decideBelow(serial + 1);
    if (serial - high > 0) {
      high = serial;
    }
  }

  private void takeLate(int serial) {
    int word = (serial & WINDOW - 1) >>> 6;
    if (base - serial <= WINDOW && (given[word] & 1L << serial) != 0) {
      given[word] &= ~(1L << serial);
      lateEvents++;
    }
  }

  private void hear(int serial, long stampMs) {
    if (!started) {
      begin(serial);
    }
    if (stampMs >= listensSinceMs && serial - base >= 0) {
      heard = true;
      first = serial & 0xffff_ffffL;
    }
  }

  private void begin(int serial) {
    started = true;
    base = serial;
    high = serial;
  }

  private void restart(int serial) {
    decideBelow(high + 1);
    restarts++;
    marked = false;
    Arrays.fill(given, 0);
    begin(serial);
  }

  // Everything in [base, limit) that has no bit is lost. At most one pass over the window.
  private void decideBelow(int limit) {
    int count = limit - base;
    int inWindow = Math.min(count, WINDOW);
    int serial = base;
    int end = base + inWindow;
    while (serial != end) {
      int bit = serial & 63;
      int width = Math.min(64 - bit, end - serial);
      long mask = width == 64 ? -1L : (1L << width) - 1 << bit;
      int word = (serial & WINDOW - 1) >>> 6;
      long missing = ~seen[word] & mask;
      if (missing != 0) {
        int first = serial - bit + Long.numberOfTrailingZeros(missing);
        int last = serial - bit + 63 - Long.numberOfLeadingZeros(missing);
        addLost(Long.bitCount(missing), first, last);
      }
      seen[word] &= ~mask;
      given[word] = given[word] & ~mask | missing;
      serial += width;
    }
    if (count > inWindow) {
      addLost(count - inWindow, end, limit - 1);
      giveUp(Math.max(end - limit, -WINDOW) + limit, limit);
    }
    base = limit;
  }

  private void giveUp(int from, int limit) {
    for (int serial = from; serial != limit; ) {
      int bit = serial & 63;
      int width = Math.min(64 - bit, limit - serial);
      given[(serial & WINDOW - 1) >>> 6] |= width == 64 ? -1L : (1L << width) - 1 << bit;
      serial += width;
    }
  }

  private void addLost(int events, int first, int last) {
    if (lost == taken) {
      firstMissing = first;
    }
    lastMissing = last;
    lost += events;
  }

  /// Whether serials wait for their decision: then `tick` must come again.
  public boolean undecided() {
    return started && high - base >= 0;
  }

  /// Whether this serial and all before it have been decided.
  public boolean isDecided(long kernelSerial) {
    return started && base - (int) kernelSerial > 0;
  }

  /// Events lost since the start, an estimate.
  public long lostEvents() {
    return lost;
  }

  /// Events lost since the last call; before it, `firstMissing` and `lastMissing` tell which.
  public long takeLost() {
    long events = lost - taken;
    taken = lost;
    return events;
  }

  /// The first serial missing since the last `takeLost`; of no meaning when none is.
  public long firstMissing() {
    return firstMissing & 0xffff_ffffL;
  }

  /// The last serial missing since the last `takeLost`; of no meaning when none is.
  public long lastMissing() {
    return lastMissing & 0xffff_ffffL;
  }

  /// Events that came late since the last call.
  public long takeLate() {
    long events = lateEvents - lateTaken;
    lateTaken = lateEvents;
    return events;
  }

  /// Events that came after they were given up for lost.
  public long lateEvents() {
    return lateEvents;
  }

  /// Events so late that nobody knows whether they were given up for lost.
  public long strayEvents() {
    return strayEvents;
  }

  /// How often counting began anew because it had begun with a call of long ago.
  public long restarts() {
    return restarts;
  }

  /// The serial of the first event that began since this one listens; 0: none did yet.
  public long firstHeard() {
    return first;
  }

  /// The highest serial seen, 0 before the first.
  public long highest() {
    return started ? high & 0xffff_ffffL : 0;
  }
}
