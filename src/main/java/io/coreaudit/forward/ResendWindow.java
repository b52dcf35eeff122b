package io.coreaudit.forward;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// What a connection was given and what of it may still have to be sent again.
///
/// A receiver that acknowledges nothing leaves the sender one measure: how much arrived after an
/// event. Arrived is: acknowledged by the receiver's kernel. What lies there in the receive buffer
/// (`KernelBuffers`) and what the receiving process has not stored yet are not to be seen from
/// here; a window that is larger than these together loses nothing, and sends twice what was stored
/// of it.
///
/// ```text
///   events offered to the connection ───────────────────────────────────────────────►
///   │ acknowledged            │ resend window             │ our kernel's and ours   │
///   └── the cursor stands here┘                           └ arrived                 └ sent
/// ```
///
/// So the cursor follows `window` bytes behind what arrived, and after an abnormal close everything
/// behind the cursor is read and sent again: the window and what our kernel held. Besides, what was
/// sent longer ago than `maxAge` and arrived leaves the window. A quiet node thus resends minutes,
/// not weeks. What the sink's filter passed after an event counts as window, too, once that event
/// arrived `READ_NS` ago: else the spool would be kept for a few events that seldom come.
///
/// Entries are spans of batches, at most `SPANS` of them; a span leaves as a whole. Used by the
/// forwarder's thread only.
final class ResendWindow {
  private static final int SPANS = 1024;

  /// So long at least a receiver may take to read what has arrived, whatever was passed meanwhile.
  static final long READ_NS = TimeUnit.SECONDS.toNanos(5);

  private final Acknowledged acknowledged;
  private final long windowBytes;
  private final long maxAgeNs;
  private final long spanBytes;
  private final long spanNs;
  private final long[] positions = new long[SPANS];
  private final long[] endBytes = new long[SPANS];
  private final long[] endEvents = new long[SPANS];
  private final long[] endPassed = new long[SPANS];
  private final long[] addedNs = new long[SPANS];
  private int head;
  private int count;

  private long sentBytes;
  private long sentEvents;
  private long acknowledgedBytes;
  private long lastSpanStartBytes; // with those passed
  private long lastSpanStartNs;
  private long passedBytes; // on this connection

  /// @param acknowledged told what leaves the window
  ResendWindow(long windowBytes, long maxAgeNs, Acknowledged acknowledged) {
    this.acknowledged = acknowledged;
    this.windowBytes = windowBytes;
    this.maxAgeNs = maxAgeNs;
    this.spanBytes = windowBytes / (SPANS / 2);
    this.spanNs = maxAgeNs / (SPANS / 2);
  }

  /// Adds a batch that the connection took.
  void sent(long position, int bytes, int events, long nowNs) {
    boolean extend =
        count == SPANS
            || count > 0
                && sentBytes + passedBytes + bytes - lastSpanStartBytes <= spanBytes
                && nowNs - lastSpanStartNs <= spanNs;
    if (!extend) {
      lastSpanStartBytes = sentBytes + passedBytes;
      lastSpanStartNs = nowNs;
      count++;
    }
    sentBytes += bytes;
    sentEvents += events;
    int last = (head + count - 1) % SPANS;
    positions[last] = position;
    endBytes[last] = sentBytes;
    endEvents[last] = sentEvents;
    endPassed[last] = passedBytes;
    addedNs[last] = nowNs;
  }

  /// Adds what the filter leaves out behind what was sent last.
  void passed(long bytes) {
    passedBytes += bytes;
  }

  /// Lets go of what is older than the window.
  ///
  /// @param arrivedBytes bytes that the receiver's kernel acknowledged since this connection began
  void arrived(long arrivedBytes, long nowNs) {
    while (count > 0 && endBytes[head] <= arrivedBytes && isOut(arrivedBytes, nowNs)) {
      release();
    }
  }

  private boolean isOut(long arrivedBytes, long nowNs) {
    long behind = arrivedBytes - endBytes[head];
    long ageNs = nowNs - addedNs[head];
    return behind >= windowBytes
        || ageNs > maxAgeNs
        || ageNs > READ_NS && behind + passedBytes - endPassed[head] >= windowBytes;
  }

  /// Lets go of everything: the receiver closed after it had read all of it.
  void settleAll() {
    while (count > 0) {
      release();
    }
  }

  private void release() {
    acknowledgedBytes = endBytes[head];
    acknowledged.add(endEvents[head] - acknowledged.events());
    acknowledged.reaches(positions[head]);
    head = (head + 1) % SPANS;
    count--;
  }

  /// Forgets what was sent and not acknowledged, because it will be sent again on a new connection;
  /// the number of those events.
  long forget() {
    long events = sentEvents - acknowledged.events();
    sentEvents = acknowledged.events();
    sentBytes = 0;
    passedBytes = 0;
    acknowledgedBytes = 0;
    head = 0;
    count = 0;
    Arrays.fill(endBytes, 0);
    return events;
  }

  /// Bytes sent on this connection and not acknowledged.
  long heldBytes() {
    return sentBytes - acknowledgedBytes;
  }
}
