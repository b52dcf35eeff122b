package io.coreaudit.forward;

import java.util.concurrent.TimeUnit;

/// Where one forwarder's batches go: a receiver, the state of the way to it, and the books of what
/// went there.
///
/// All methods but `state` belong to the forwarder's thread. A sink takes a batch whole or not at
/// all, and tells by a position in the spool up to where the receiver has everything, as far as its
/// protocol can know: `acknowledgedPosition` only grows, and without gaps. After `LOST` the events
/// behind it come again.
///
/// A receiver that answers says one of three things of each event: *acknowledged*; *try again*,
/// which holds `acknowledgedPosition` back; or *poison*: it will never take this one. A poisoned
/// event goes to the sink's dead letters (`DeadLetters`), is counted, told by `refusal`, and then
/// passed like an acknowledged one.
abstract class Sink implements AutoCloseable {
  /// No event yet.
  static final long NO_POSITION = Long.MIN_VALUE;

  private static final long SHORT_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /// What a forwarder can do with the sink now.
  enum Readiness {
    /// It takes a batch.
    READY,
    /// Not now: wait on the bell, at most until something is due.
    BUSY,
    /// The way broke. What is behind `acknowledgedPosition` must be offered again. Told once.
    LOST,
    /// Nothing will ever be taken again; `state` says why.
    ENDED
  }

  final SinkHistory history;
  final Acknowledged acknowledged = new Acknowledged();
  final Poison poison;

  Sink(SinkHistory history, Poison poison) {
    this.history = history;
    this.poison = poison;
  }

  /// Does what is due (connect, reopen, give up on a dead peer) and tells what may follow.
  abstract Readiness poll();

  /// Whether the next `poll` may wait for somebody whose time has no bound. Such a wait is not the
  /// agent's fault, and no sign that its thread is stuck.
  boolean mayWait() {
    return false;
  }

  /// How long a sink that is not ready may be left alone, unless it rings.
  abstract long dueNs();

  /// Takes a batch. False: not now, offer the same batch again. The bytes are the sink's only
  /// during the call.
  abstract boolean offer(Batch batch);

  /// So much of the spool was passed, for the filter leaves it out, since this was last told.
  void passed(long bytes) {}

  /// Position of the last event that the receiver has, together with all before it; `NO_POSITION`
  /// before the first.
  final long acknowledgedPosition() {
    return acknowledged.position();
  }

  /// Number of events acknowledged since the start.
  final long acknowledgedEvents() {
    return acknowledged.events();
  }

  /// Events that had been taken and went, or will go, once more, since the start. None where taken
  /// counts as received.
  long retriedEvents() {
    return 0;
  }

  /// Those of them that the sink sent once more itself, without being offered them again.
  long resentEvents() {
    return 0;
  }

  /// Events that the receiver will never take, since the start.
  final long poisonEvents() {
    return poison.events();
  }

  /// Those of them that could not be kept as dead letters.
  final long lostLetters() {
    return poison.lostLetters();
  }

  /// What was poisoned since this was last asked; null: nothing.
  final Refusal refusal() {
    return poison.untold();
  }

  /// Bytes taken and not acknowledged. None where taken counts as received.
  long heldBytes() {
    return 0;
  }

  /// Connections made, or files opened, since the start.
  final long opened() {
    return history.openings();
  }

  /// Attempts that failed (to connect, open, write) and connections that broke, since the start.
  final long failures() {
    return history.failures();
  }

  /// Ends cleanly: everything taken is handed over and, where the protocol can tell, acknowledged.
  /// Waits at most so long.
  abstract void finish(long timeoutNs);

  /// Whether the wait for such an end is over.
  static boolean isOver(long deadlineNs) {
    return System.nanoTime() - deadlineNs >= 0 || Thread.currentThread().isInterrupted();
  }

  /// Waits for news towards such an end, but not for long: what does not ring is asked again.
  static void awaitNews(Wakeup bell, long deadlineNs) {
    bell.await(Math.min(deadlineNs - System.nanoTime(), SHORT_WAIT_NS));
  }

  /// How it stands with the sink. Any thread.
  final SinkState state() {
    SinkState state = history.state();
    String fault = poison.fault();
    return fault.isEmpty() ? state : state.with(fault);
  }

  /// Gives up what is open, at once.
  @Override
  public abstract void close();
}
