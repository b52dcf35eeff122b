package io.coreaudit.forward;

/// Events that a receiver will never take, as one gap in its stream.
///
/// @param events how many
/// @param firstSeq number of the first of them
/// @param lastSeq number of the last of them
record Refusal(long events, long firstSeq, long lastSeq) {
  /// With one more event.
  static Refusal and(Refusal before, long seq) {
    return before == null
        ? new Refusal(1, seq, seq)
        : new Refusal(
            before.events + 1, Math.min(before.firstSeq, seq), Math.max(before.lastSeq, seq));
  }
}
