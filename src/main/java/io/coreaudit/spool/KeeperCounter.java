package io.coreaudit.spool;

import io.coreaudit.telemetry.CounterKey;

/// What the spool's keeper counts.
public enum KeeperCounter implements CounterKey {
  /// Spare segments made.
  SPARES("Spare segments made ready."),
  /// Tries to make a spare segment that the disk had no room for.
  SPARES_WITHOUT_SPACE("Tries to make a spare segment for which the disk had no room."),
  /// Segments deleted because every reader had acknowledged them.
  SEGMENTS_RELEASED("Segments deleted because every reader had acknowledged them."),
  /// Segments deleted at the bound though a reader had not acknowledged them.
  SEGMENTS_OVERRUN("Segments deleted at the bound before every reader had acknowledged them."),
  /// Cursors written.
  CURSOR_WRITES("Cursors written to disk."),
  /// Cursors that could not be written.
  CURSOR_FAILURES("Cursors that could not be written to disk.");

  private final String sentence;

  KeeperCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
