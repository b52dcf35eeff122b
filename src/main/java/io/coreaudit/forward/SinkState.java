package io.coreaudit.forward;

/// How it stands with a sink at one moment: for `status`, the log and metrics.
///
/// @param phase what the sink is doing
/// @param text the same for people: `connected to 10.0.0.5:6514, TLSv1.3`
/// @param sinceMs since when, milliseconds of the epoch
/// @param lastError the last thing that went wrong; empty: nothing yet
/// @param lastErrorMs when that was, milliseconds of the epoch; 0: never
public record SinkState(
    Phase phase, String text, long sinceMs, String lastError, long lastErrorMs) {

  /// What a sink is doing.
  public enum Phase {
    /// Not yet tried.
    STARTING,
    /// A connection is being made.
    CONNECTING,
    /// Events flow, or would.
    DELIVERING,
    /// It failed and will be tried again.
    WAITING,
    /// Ended as it should.
    STOPPED,
    /// Ended for good by something that no new attempt mends.
    FAILED
  }

  /// The state before anything happened.
  static SinkState starting(String text) {
    return new SinkState(Phase.STARTING, text, System.currentTimeMillis(), "", 0);
  }

  /// Moves on; the last error stays to be read.
  SinkState to(Phase next, String nextText) {
    return next == phase && nextText.equals(text)
        ? this
        : new SinkState(next, nextText, System.currentTimeMillis(), lastError, lastErrorMs);
  }

  /// The same with something to add for people.
  SinkState with(String note) {
    return new SinkState(phase, text + "; " + note, sinceMs, lastError, lastErrorMs);
  }

  /// Moves on because of an error.
  SinkState failed(Phase next, String error) {
    long nowMs = System.currentTimeMillis();
    return new SinkState(next, error, next == phase ? sinceMs : nowMs, error, nowMs);
  }
}
