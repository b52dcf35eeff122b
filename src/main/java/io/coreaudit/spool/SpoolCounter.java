package io.coreaudit.spool;

import io.coreaudit.telemetry.CounterKey;

/// What the appending thread counts. `OFFERED = APPENDED + every REFUSED_*`.
public enum SpoolCounter implements CounterKey {
  /// Frames that the spool was asked to take.
  OFFERED("Frames that the spool was asked to take."),
  /// Frames that lie in the spool.
  APPENDED("Frames that the spool accepted."),
  /// Bytes of the frames accepted.
  APPENDED_BYTES("Bytes of the frames accepted."),
  /// Frames refused because the disk is full.
  REFUSED_NO_SPACE("Frames refused because the disk had no room for a further segment."),
  /// Frames refused at spool.max_size or spool.min_free.
  REFUSED_BOUND("Frames refused because the spool reached max_size or min_free."),
  /// Frames refused because of their length.
  REFUSED_TOO_LARGE("Frames refused because they are longer than the spool takes."),
  /// Frames refused after a failure of the store.
  REFUSED_FAILED("Frames refused since the spool's store failed; status names the failure."),
  /// Segments begun.
  ROLLS("Segments begun."),
  /// Rolls that waited for the spare segment to be made.
  SPARE_WAITS("Rolls that had to wait for the keeper to make the next segment ready."),
  /// Failures of the store.
  FAILURES("Failures of the spool's store.");

  private final String sentence;

  SpoolCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
