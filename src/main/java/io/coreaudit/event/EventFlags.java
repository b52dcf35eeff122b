package io.coreaudit.event;

/// How an event ended and came, as bits. They stand in its frame.
public final class EventFlags {
  /// Some records of the event are missing: lost on the way, or its end never came.
  public static final int INCOMPLETE = 1;

  /// The event ended by time-out.
  public static final int TIMED_OUT = 1 << 1;

  /// The event was ended early because the ring or the table of open events was full.
  public static final int FORCED = 1 << 2;

  /// Records past the largest frame were cut away (counted).
  public static final int TRUNCATED = 1 << 3;

  /// The event was read from auditd's log afterwards: no agent heard it when it happened.
  public static final int BACKFILLED = 1 << 4;

  /// Secrets were masked for a receiver. Only in the copy of a frame that a sink encodes, never in
  /// the spool.
  public static final int REDACTED = 1 << 15;

  private EventFlags() {}
}
