package io.coreaudit.origin;

import java.util.Arrays;

/// What looks at processes may take of a second, by their number and by their time, and how much of
/// it one pod may have. For the intake thread.
///
/// ```text
/// 0              half                         15/16   all
/// ├───────────────┼──────────────────────────────┼─────┤   of a second's time
///   who comes first   of a pod that is known: who has had less
///                     than a sixteenth of what is left
///                     who is not known           │ none
/// ```
///
/// A share is of what is left, so whoever comes for the first time finds something, however many
/// came before. Two may have one share by chance; in the next second they have one each.
///
/// A look takes its time, but at least as much as leaves room for so many a second; one that found
/// nobody is over at once and takes an eighth of that at least.
final class LookBudget {
  /// Who is not known.
  static final long NOBODY = 0;

  private static final int CELLS = 1024;
  private static final int SHARE = 16;
  private static final int GONE = 8;
  private static final long MIXED = 0x9e3779b97f4a7c15L;

  private final long mostNs;
  private final long lookNs;
  private final long[] takenNs = new long[CELLS];
  private long second = ProcessTable.NEVER;
  private long usedNs;

  /// @param looks most of a second
  /// @param mostNs when so much is used up, there is no other look in that second
  LookBudget(int looks, long mostNs) {
    this.mostNs = mostNs;
    lookNs = mostNs / looks;
  }

  /// Sets what time it is.
  void at(long nowMs) {
    if (nowMs / 1000 != second) {
      second = nowMs / 1000;
      usedNs = 0;
      Arrays.fill(takenNs, 0);
    }
  }

  /// Whether anybody may look.
  boolean isPlentiful() {
    return usedNs < mostNs / 2;
  }

  /// Whether a look may be made for somebody.
  ///
  /// @param sharer a number of his; `NOBODY`: it is not known for whom, and there is no share
  boolean isLeftFor(long sharer) {
    long leftNs = mostNs - usedNs;
    return sharer == NOBODY
        ? leftNs > mostNs / SHARE
        : leftNs > 0 && takenNs[cell(sharer)] <= leftNs / SHARE;
  }

  /// Counts a look that was made while there was plenty.
  void spend(long ns, boolean found) {
    usedNs += Math.max(ns, found ? lookNs : lookNs / GONE);
  }

  /// Counts one that was made for somebody.
  void spend(long ns, boolean found, long sharer) {
    long before = usedNs;
    spend(ns, found);
    if (sharer != NOBODY) {
      takenNs[cell(sharer)] += usedNs - before;
    }
  }

  private int cell(long sharer) {
    long mixed = (sharer ^ second * MIXED) * MIXED;
    return (int) ((mixed ^ mixed >>> 32) * MIXED >>> 54);
  }
}
