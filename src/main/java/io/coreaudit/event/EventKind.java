package io.coreaudit.event;

/// What an event is: the kernel's own, or one that the agent tells of itself.
public enum EventKind {
  /// Records of the kernel or of user space, as audit carried them.
  AUDIT,
  /// Something was lost, or may have been: how much, and where.
  GAP,
  /// A watch began, ended or failed.
  WATCH,
  /// Somebody changed what the agent keeps in the kernel.
  DRIFT,
  /// The agent started.
  START,
  /// The agent stopped cleanly.
  STOP,
  /// The agent is alive, and its ledger.
  HEARTBEAT,
  /// Events that were alike, as a number.
  SUMMARY;

  private static final EventKind[] BY_CODE = values();

  /// The number that stands in a frame.
  public byte code() {
    return (byte) ordinal();
  }

  /// The kind of a frame's number, or null when this version does not know it.
  public static EventKind ofCode(byte code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /// The name in an event: `gap`, `start`.
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
