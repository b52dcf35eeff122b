package io.coreaudit.forward;

import io.coreaudit.forward.SinkState.Phase;

/// A sink whose receiver answers for each event, and so may refuse one for good.
abstract sealed class AnsweredSink extends LinkedSink permits HttpSink, RelpSink {
  final Poison poison;

  AnsweredSink(Link link, Poison poison) {
    super(link);
    this.poison = poison;
  }

  @Override
  public final long poisonEvents() {
    return poison.events();
  }

  @Override
  public final long lostLetters() {
    return poison.lostLetters();
  }

  @Override
  public final Refusal refusal() {
    return poison.untold();
  }

  /// Says how it ended.
  ///
  /// @param all whether everything that was sent was answered
  final void stopped(boolean all) {
    link.state(
        Phase.STOPPED,
        all
            ? "closed; the receiver has everything that was sent"
            : "closed; what the receiver did not answer will be sent again");
  }
}
