package io.coreaudit.forward;

import io.coreaudit.forward.SinkState.Phase;

/// How it went on the way to a receiver: how it stands now, for any thread, and how often it opened
/// and failed, for the forwarder's.
final class SinkHistory {
  private volatile SinkState state;
  private long openings;
  private long failures;

  /// @param text what is said before anything happened
  SinkHistory(String text) {
    this.state = SinkState.starting(text);
  }

  /// It goes on; what went wrong last stays to be read.
  void to(Phase phase, String text) {
    state = state.to(phase, text);
  }

  /// A connection was made, or a file opened.
  void opened() {
    openings++;
  }

  /// It failed and will be tried again.
  void failed(String why) {
    failures++;
    failsStill(why);
  }

  /// The failure that was counted goes on, and this is known of it now.
  void failsStill(String why) {
    state = state.failed(Phase.WAITING, why);
  }

  /// It failed, and no new attempt mends that.
  void failedForGood(String why) {
    failures++;
    state = state.failed(Phase.FAILED, why);
  }

  /// Something failed that changes nothing of how it stands.
  void failedBesides() {
    failures++;
  }

  /// It ends. What was said first of an end stays.
  void stopped(String text) {
    if (state.phase() != Phase.STOPPED) {
      to(Phase.STOPPED, text);
    }
  }

  SinkState state() {
    return state;
  }

  Phase phase() {
    return state.phase();
  }

  /// Connections made, or files opened.
  long openings() {
    return openings;
  }

  long failures() {
    return failures;
  }
}
