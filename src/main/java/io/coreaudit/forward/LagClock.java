package io.coreaudit.forward;

/// How old the oldest event is that the receiver may not have.
///
/// It keeps one mark for a batch, and one for all batches that began within a second of each other,
/// so its age may be told a second too high. What waits in the spool unread has no mark: before
/// anything was read the age counts from when it was noticed. The forwarder's thread writes, any
/// thread reads.
final class LagClock {
  private static final int MARKS = 1024;
  private static final long TOGETHER_NS = 1_000_000_000L;

  private final long[] positions = new long[MARKS];
  private final long[] timesNs = new long[MARKS];
  private int head;
  private int count;
  private long pendingNs;
  private volatile long oldestNs;

  /// A batch begins with an event that was received then.
  ///
  /// @param timeNs nanoseconds of the epoch
  void begins(long timeNs) {
    pendingNs = Math.max(1, timeNs); // 0 is for none
    tell();
  }

  /// Something waits and nothing of it was read.
  void notices(long nowNs) {
    if (count == 0 && pendingNs == 0) {
      begins(nowNs);
    }
  }

  /// What was read is not for this sink, and nothing that is was read since.
  void passes() {
    pendingNs = 0;
    tell();
  }

  /// The sink took the batch.
  void sent(long lastPosition) {
    int last = (head + count - 1) % MARKS;
    if (count == MARKS || count > 0 && pendingNs - timesNs[last] < TOGETHER_NS) {
      positions[last] = lastPosition;
    } else {
      last = (head + count++) % MARKS;
      positions[last] = lastPosition;
      timesNs[last] = pendingNs;
    }
    pendingNs = 0;
    tell();
  }

  /// The receiver has everything up to a position.
  void acknowledged(long position) {
    while (count > 0 && positions[head] <= position) {
      head = (head + 1) % MARKS;
      count--;
    }
    tell();
  }

  /// What was sent is to be sent again.
  void lost() {
    if (count > 0) {
      pendingNs = timesNs[head];
      count = 0;
    }
    tell();
  }

  private void tell() {
    oldestNs = count > 0 ? timesNs[head] : pendingNs;
  }

  /// The age in seconds; 0: nothing waits.
  double seconds(long nowNs) {
    long oldest = oldestNs;
    return oldest == 0 ? 0 : Math.max(0, nowNs - oldest) / 1e9;
  }
}
