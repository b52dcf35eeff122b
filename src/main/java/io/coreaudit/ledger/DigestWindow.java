package io.coreaudit.ledger;

/// The digests of the newest events of a chain, by number: 131,072 of them, 4 MiB.
///
/// Of each number it knows whether the event is missing, was seen without what it takes to compute
/// its digest, or has one.
final class DigestWindow {
  /// How many.
  static final int MOST = 1 << 17;

  /// What is known of an event.
  enum State {
    /// It did not come, or its number is outside of the window.
    MISSING,
    /// It came, and its digest cannot be computed.
    OPAQUE,
    /// Its digest is known.
    KNOWN
  }

  private static final State[] STATES = State.values();

  private final byte[] digests = new byte[MOST * EventDigest.BYTES];
  private final byte[] states = new byte[MOST];
  private long first = 1;
  private long last;

  /// Begins anew: the next event has this number.
  void begin(long seq) {
    first = seq;
    last = seq - 1;
  }

  /// Number of the oldest event that is known of.
  long first() {
    return first;
  }

  /// Number of the newest event.
  long last() {
    return last;
  }

  /// Moves on to a number; those between are missing, and the oldest are forgotten.
  void extend(long seq) {
    if (seq - last >= MOST) {
      begin(seq - MOST + 1);
    }
    while (last < seq) {
      last++;
      states[place(last)] = (byte) State.MISSING.ordinal();
    }
    first = Math.max(first, last - MOST + 1);
  }

  State state(long seq) {
    return seq < first || seq > last ? State.MISSING : STATES[states[place(seq)]];
  }

  /// Notes an event.
  ///
  /// @param digest null: it cannot be computed
  void put(long seq, byte[] digest) {
    states[place(seq)] = (byte) (digest == null ? State.OPAQUE : State.KNOWN).ordinal();
    if (digest != null) {
      System.arraycopy(digest, 0, digests, place(seq) * EventDigest.BYTES, EventDigest.BYTES);
    }
  }

  /// Copies a digest that is known.
  void copy(long seq, byte[] digest) {
    System.arraycopy(digests, place(seq) * EventDigest.BYTES, digest, 0, EventDigest.BYTES);
  }

  private static int place(long seq) {
    return (int) (seq & MOST - 1);
  }
}
