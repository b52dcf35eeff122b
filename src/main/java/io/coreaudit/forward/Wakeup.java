package io.coreaudit.forward;

import java.util.concurrent.locks.LockSupport;

/// The bell of one forwarder: anyone rings it, the forwarder's thread waits on it.
///
/// A ring while nobody waits is kept, several rings are one. It also ends a wait of that thread on
/// the spool, which parks as well.
final class Wakeup {
  private volatile boolean rung;
  private volatile Thread listener;

  /// From now on the calling thread is the one that waits.
  void listen() {
    listener = Thread.currentThread();
  }

  /// Wakes the forwarder, now or when it next waits.
  void ring() {
    rung = true;
    LockSupport.unpark(listener);
  }

  /// Waits for a ring, at most so long; it may end early. Returns at once on an interrupt.
  void await(long timeoutNs) {
    if (!rung && timeoutNs > 0) {
      LockSupport.parkNanos(this, timeoutNs);
    }
    rung = false;
  }
}
