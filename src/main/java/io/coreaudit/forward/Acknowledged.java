package io.coreaudit.forward;

/// What a receiver has, as far as its protocol can tell: how many events, and all up to which
/// position in the spool.
final class Acknowledged {
  private long position = Sink.NO_POSITION;
  private long events;

  /// The receiver has so many more events. Where they stand is said by `reaches`: others before
  /// them may be missing.
  void add(long more) {
    events += more;
  }

  /// Every event up to there is with the receiver, or will never be.
  ///
  /// @param reached `Sink.NO_POSITION`: no further than before
  void reaches(long reached) {
    position = Math.max(position, reached);
  }

  /// The receiver has a batch, and all before it.
  void add(Batch batch) {
    add(batch.events());
    reaches(batch.position());
  }

  /// `Sink.NO_POSITION` before the first.
  long position() {
    return position;
  }

  long events() {
    return events;
  }
}
