package io.coreaudit.forward;

import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;

/// The numbers of events that one sink was not sent, and will not be, since this was last asked: as
/// ranges, a bounded number of them. The forwarder's thread adds, another takes.
///
/// Where there are more ranges than are kept, the two that lie nearest to each other become one,
/// which then has numbers in it that were sent: how often is told. Numbers begin anew at each boot,
/// so of events of an earlier one only the count is told.
final class UnsentRanges {
  /// Why events were not sent.
  enum Reason {
    /// The sink's filter leaves them out.
    FILTER,
    /// The spool had to drop them.
    OVERRUN,
    /// The receiver will never take them.
    REFUSED,
    /// They are damaged in the spool.
    CORRUPT,
    /// They could not be encoded.
    ENCODE,
    /// Several of these: of ranges that became one.
    SEVERAL;

    private final String label = name().toLowerCase(Locale.ROOT);
  }

  static final int MOST = 32;

  // In the order of their first numbers; one place more, for the one that comes.
  private final long[] first = new long[MOST + 1];
  private final long[] last = new long[MOST + 1];
  private final Reason[] reason = new Reason[MOST + 1];
  private int count;
  private long folded;
  private long earlier;

  /// Adds numbers.
  synchronized void add(Reason why, long firstSeq, long lastSeq) {
    for (int i = count - 1; i >= 0 && i >= count - 2; i--) {
      if (reason[i] == why && last[i] + 1 == firstSeq) {
        last[i] = lastSeq;
        return;
      }
    }
    int at = count;
    while (at > 0 && first[at - 1] > firstSeq) {
      move(at - 1, at);
      at--;
    }
    first[at] = firstSeq;
    last[at] = lastSeq;
    reason[at] = why;
    count++;
    if (count > MOST) {
      fold();
    }
  }

  /// Takes back those for a reason from a number on: they are read anew, by another filter.
  synchronized void takeBack(Reason why, long fromSeq) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (reason[i] != why || first[i] < fromSeq) {
        move(i, kept);
        if (reason[kept] == why) {
          last[kept] = Math.min(last[kept], fromSeq - 1);
        }
        kept++;
      }
    }
    Arrays.fill(reason, kept, count, null);
    count = kept;
  }

  /// Adds events whose numbers are of an earlier boot, or not known.
  synchronized void addEarlier(long events) {
    earlier += events;
  }

  private void fold() {
    int nearest = 1;
    for (int i = 2; i < count; i++) {
      if (first[i] - last[i - 1] < first[nearest] - last[nearest - 1]) {
        nearest = i;
      }
    }
    last[nearest - 1] = Math.max(last[nearest - 1], last[nearest]);
    if (reason[nearest - 1] != reason[nearest]) {
      reason[nearest - 1] = Reason.SEVERAL;
    }
    for (int i = nearest + 1; i < count; i++) {
      move(i, i - 1);
    }
    count--;
    folded++;
  }

  private void move(int from, int to) {
    first[to] = first[from];
    last[to] = last[from];
    reason[to] = reason[from];
  }

  /// Whether there is anything.
  synchronized boolean isThere() {
    return count > 0 || earlier > 0;
  }

  /// Gives what there is, and begins anew.
  synchronized Unsent take() {
    StringJoiner text = new StringJoiner(", ");
    Reason said = null;
    for (int i = 0; i < count; i++) {
      String lead = reason[i] == said ? "" : reason[i].label + ' ';
      said = reason[i];
      text.add(lead + (first[i] == last[i] ? first[i] : first[i] + "-" + last[i]));
    }
    Unsent taken = new Unsent(text.toString(), folded, earlier);
    Arrays.fill(reason, null);
    count = 0;
    folded = 0;
    earlier = 0;
    return taken;
  }
}
