package io.coreaudit.agent.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The sign of life of one thread. The thread beats; when it has not for longer than its deadline,
/// it is stuck. A beat is one opaque write and allocates nothing.
public final class Heartbeat {
  private static final long RESTING = Long.MIN_VALUE;
  private static final VarHandle LAST;

  static {
    try {
      LAST = MethodHandles.lookup().findVarHandle(Heartbeat.class, "lastNs", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String name;
  private final long deadlineNs;

  @SuppressWarnings("unused") // through LAST
  private long lastNs;

  Heartbeat(String name, long deadlineNs, long nowNs) {
    this.name = name;
    this.deadlineNs = deadlineNs;
    LAST.setOpaque(this, nowNs);
  }

  /// Shows life.
  ///
  /// @param nowNs `System.nanoTime()`
  public void beat(long nowNs) {
    LAST.setOpaque(this, nowNs);
  }

  /// Takes the thread out of watch: it ended, or waits for something that may take for ever. The
  /// next beat brings it back.
  public void rest() {
    LAST.setOpaque(this, RESTING);
  }

  /// One line about the thread when it is stuck, else null.
  String stuck(long nowNs) {
    long last = (long) LAST.getOpaque(this);
    long silentNs = nowNs - last;
    if (last == RESTING || silentNs <= deadlineNs) {
      return null;
    }
    return name
        + " is stuck: no sign of life for "
        + silentNs / 1_000_000_000
        + " s (deadline "
        + deadlineNs / 1_000_000_000
        + " s)";
  }
}
