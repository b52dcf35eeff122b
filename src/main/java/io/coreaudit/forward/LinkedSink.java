package io.coreaudit.forward;

/// A sink over one connection at a time, its `Link`.
abstract sealed class LinkedSink extends Sink permits HttpSink, RelpSink, TcpSink {
  /// So much of what a receiver answers is read in one turn: others count on the thread, too.
  static final int TURN_BYTES = 256 << 10;

  /// What becomes of what a receiver that answers did not answer.
  static final String UNANSWERED = "what the receiver did not answer will be sent again";

  final Link link;

  LinkedSink(Link link, Poison poison) {
    super(link.history(), poison);
    this.link = link;
  }

  /// Says how it ended.
  ///
  /// @param all whether the receiver has everything
  /// @param rest what is said where it has not
  final void stopped(boolean all, String rest) {
    history.stopped("closed; " + (all ? "the receiver has everything that was sent" : rest));
  }

  @Override
  final boolean mayWait() {
    return link.mayWait();
  }

  @Override
  long dueNs() {
    return link.dueNs();
  }

  @Override
  public final void close() {
    link.close();
  }
}
