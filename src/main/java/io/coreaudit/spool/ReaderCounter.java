package io.coreaudit.spool;

import io.coreaudit.telemetry.CounterKey;

/// What one reader of the spool counts.
public enum ReaderCounter implements CounterKey {
  /// Frames handed out; again after a rewind.
  FRAMES("Frames handed to the sink, those after a rewind again."),
  /// Bytes of the frames handed out.
  BYTES("Bytes of the frames handed to the sink."),
  /// Frames that failed the check, or could no longer be found.
  CORRUPT_FRAMES("Frames that were skipped because they are damaged."),
  /// Frames in parts whose end was never written.
  UNFINISHED_FRAMES("Frames that were not whole when the process was killed; never accepted."),
  /// Accepted events that went with a deleted segment before this reader had them.
  OVERRUN_EVENTS("Accepted events that were deleted at the bound before this sink had them.");

  private final String sentence;

  ReaderCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
