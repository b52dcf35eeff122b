package io.coreaudit.forward;

import java.util.Arrays;

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
/// not weeks.
///
/// Entries are spans of batches, at most `SPANS` of them; a span leaves as a whole. Used by the
/// forwarder's thread only.
final class ResendWindow {
  private static final int SPANS = 1024;

  private final long windowBytes;
  private final long maxAgeNs;
  private final long spanBytes;
  private final long[] positions = new long[SPANS];
  private final long[] endBytes = new long[SPANS];
  private final long[] endEvents = new long[SPANS];
  private final long[] addedNs = new long[SPANS];
  private int head;
  private int count;

  private long sentBytes;
  private long sentEvents;
  private long acknowledgedBytes;
  private long acknowledgedEvents;
  private long acknowledgedPosition = Sink.NO_POSITION;
  private long lastSpanStartBytes;

  ResendWindow(long windowBytes, long maxAgeNs) {
    this.windowBytes = windowBytes;
    this.maxAgeNs = maxAgeNs;
    this.spanBytes = windowBytes / (SPANS / 2);
  }

  /// Adds a batch that the connection took.
  void sent(long position, int bytes, int events, long nowNs) {
    boolean extend =
        count == SPANS || count > 0 && sentBytes + bytes - lastSpanStartBytes <= spanBytes;
    if (!extend) {
      lastSpanStartBytes = sentBytes;
      count++;
    }
    sentBytes += bytes;
    sentEvents += events;
    int last = (head + count - 1) % SPANS;
    positions[last] = position;
    endBytes[last] = sentBytes;
    endEvents[last] = sentEvents;
    addedNs[last] = nowNs;
  }

  /// Lets go of what is older than the window.
  ///
  /// @param arrivedBytes bytes that the receiver's kernel acknowledged since this connection began
  void arrived(long arrivedBytes, long nowNs) {
    while (count > 0
        && (endBytes[head] <= arrivedBytes - windowBytes
            || endBytes[head] <= arrivedBytes && nowNs - addedNs[head] > maxAgeNs)) {
      release();
    }
  }

  /// Lets go of everything: the receiver closed after it had read all of it.
  void settleAll() {
    while (count > 0) {
      release();
    }
  }

  private void release() {
    acknowledgedBytes = endBytes[head];
    acknowledgedEvents = endEvents[head];
    acknowledgedPosition = positions[head];
    head = (head + 1) % SPANS;
    count--;
  }

  /// Forgets what was sent and not acknowledged, because it will be sent again on a new connection;
  /// the number of those events.
  long forget() {
    long events = sentEvents - acknowledgedEvents;
    sentEvents = acknowledgedEvents;
    sentBytes = 0;
    acknowledgedBytes = 0;
    head = 0;
    count = 0;
    Arrays.fill(endBytes, 0);
    return events;
  }

  /// Position of the last acknowledged event, `Sink.NO_POSITION` before the first.
  long acknowledgedPosition() {
    return acknowledgedPosition;
  }

  /// Number of events acknowledged since the start.
  long acknowledgedEvents() {
    return acknowledgedEvents;
  }

  /// Bytes sent on this connection and not acknowledged.
  long heldBytes() {
    return sentBytes - acknowledgedBytes;
  }
}
