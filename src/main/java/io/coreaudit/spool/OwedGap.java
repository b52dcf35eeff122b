package io.coreaudit.spool;

/// Events that a sink's receiver refused for good, behind its cursor, and that were not told in its
/// stream yet. Kept with the cursor, so that a stop does not make it forget them.
///
/// @param events how many; 0: none
/// @param firstSeq number of the first of them
/// @param lastSeq number of the last of them; 0: not known
/// @param bootIdHigh boot id of that one, upper half
/// @param bootIdLow boot id of that one, lower half
public record OwedGap(long events, long firstSeq, long lastSeq, long bootIdHigh, long bootIdLow) {
  /// Nothing.
  public static final OwedGap NONE = new OwedGap(0, 0, 0, 0, 0);

  /// Whether the numbers are of a boot.
  public boolean isOfBoot(long high, long low) {
    return bootIdHigh == high && bootIdLow == low;
  }

  /// With more events, later ones.
  OwedGap and(long more, long first, long last, long high, long low) {
    if (events == 0) {
      return new OwedGap(more, first, last, high, low);
    }
    return isOfBoot(high, low) && lastSeq > 0 && last > 0
        ? new OwedGap(events + more, Math.min(firstSeq, first), Math.max(lastSeq, last), high, low)
        : new OwedGap(events + more, firstSeq, 0, high, low);
  }
}
