package io.coreaudit.intake;

/// How hard the spool is pressed, in levels, with hysteresis: up at once, down only when it is some
/// percent emptier than what brought the level up.
///
/// ```text
///  at - 10    1   classes of events are counted, none is left out
///  at         2   classes that make a quarter of the stream and more are left out
///  ...        3   a sixteenth and more
///             4   a 64th and more
///  near 100   5   all that is not among the last
/// ```
final class Pressure {
  static final int NONE = 0;
  static final int COUNTING = 1;
  static final int MOST = 5;

  /// So much emptier before a level ends.
  static final int HYSTERESIS = 5;

  private static final int COUNTS_BEFORE = 10;

  private final int atPercent;
  private int level;

  /// @param atPercent how full the spool is where something begins to be left out
  Pressure(int atPercent) {
    this.atPercent = atPercent;
  }

  /// Sets how full the spool is.
  ///
  /// @return the level
  int fill(int percent) {
    while (level < MOST && percent >= threshold(level + 1)) {
      level++;
    }
    while (level > NONE && percent < threshold(level) - HYSTERESIS) {
      level--;
    }
    return level;
  }

  /// Where a level begins.
  int threshold(int of) {
    return of == COUNTING
        ? atPercent - COUNTS_BEFORE
        : atPercent + (100 - atPercent) * (of - COUNTING - 1) / (MOST - COUNTING);
  }

  int level() {
    return level;
  }
}
