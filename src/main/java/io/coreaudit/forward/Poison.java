package io.coreaudit.forward;

/// The events that a sink's receiver will never take: kept as dead letters where the sink has a box
/// for them, counted, and told once to the forwarder.
final class Poison {
  private final DeadLetters letters; // null: none are kept
  private long events;
  private Refusal untold;

  /// Of a sink that keeps no dead letters.
  Poison() {
    this.letters = null;
  }

  Poison(DeadLetterBox box, String sink) {
    this.letters = new DeadLetters(box, sink);
  }

  /// Gives up an event of a batch.
  ///
  /// @param said by the receiver
  void add(Batch batch, int event, String said) {
    keep(batch, event, said);
    add(batch.seq(event));
  }

  /// Gives up an event that stands alone.
  ///
  /// @param seq of the event; 0: only this sink was told it
  /// @param said by the receiver
  void add(byte[] event, long seq, String said) {
    letters.add(event, 0, event.length, said);
    add(seq);
  }

  /// Gives up an event without a letter.
  ///
  /// @param seq of the event; 0: only this sink was told it
  void add(long seq) {
    events++;
    if (seq > 0) {
      untold = Refusal.and(untold, seq);
    }
  }

  /// Keeps an event, which may be one of those that were refused.
  void keep(Batch batch, int event, String said) {
    int start = batch.start(event);
    letters.add(batch.array(), start, batch.end(event) - start, said);
  }

  /// Some events between two were refused, and it is not known which.
  ///
  /// @param lastSeq 0: not known
  void some(int refused, long firstSeq, long lastSeq) {
    events += refused;
    if (lastSeq > 0) {
      untold = new Refusal(refused, firstSeq > 0 ? firstSeq : lastSeq, lastSeq);
    }
  }

  /// Number of events.
  long events() {
    return events;
  }

  /// Those of them that could not be kept.
  long lostLetters() {
    return letters == null ? 0 : letters.failures();
  }

  /// Why the last one that was to be kept was not; empty: it was. Any thread.
  String fault() {
    return letters == null ? "" : letters.fault();
  }

  /// What was given up since this was last asked; null: nothing.
  Refusal untold() {
    Refusal told = untold;
    untold = null;
    return told;
  }
}
