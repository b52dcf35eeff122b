package io.coreaudit.ledger;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

/// Numbers that did not come, and what the stream says of them: a sink tells by an event of kind
/// `gap`, and the heartbeat of each sink, what it was not sent. Keeps the newest 16,384 of each.
final class Holes {
  /// Why a sink was not sent what its filter leaves out, on purpose.
  static final String FILTER = "filter";

  private static final int MOST = 1 << 14;

  /// A range of numbers.
  ///
  /// @param text for people: before which event it is, or the reason that was told
  record Range(long first, long last, String text) {
    long count() {
      return last - first + 1;
    }

    long common(Range other) {
      return Math.max(0, Math.min(last, other.last) - Math.max(first, other.first) + 1);
    }
  }

  private final ArrayDeque<Range> open = new ArrayDeque<>();
  private final ArrayDeque<Range> told = new ArrayDeque<>();
  private final Consumer<Range> closing;

  /// @param closing takes each hole when nothing more is to be expected of it
  Holes(Consumer<Range> closing) {
    this.closing = closing;
  }

  /// Notes a hole.
  void open(long first, long last, String before) {
    if (open.size() == MOST) {
      closing.accept(open.removeFirst());
    }
    open.addLast(new Range(first, last, before));
  }

  /// Notes what the stream says.
  void tell(long first, long last, String reason) {
    Range range = new Range(first, last, reason);
    if (told.contains(range)) {
      return; // repeated
    }
    if (told.size() == MOST) {
      told.removeFirst();
    }
    told.addLast(range);
  }

  /// Whether a number is in a hole that is open.
  boolean isOpen(long seq) {
    return open.stream().anyMatch(hole -> hole.first <= seq && seq <= hole.last);
  }

  /// What was told of a range; its text is null when that is nothing.
  ///
  /// @param onPurpose of what the filter leaves out, or of all else
  Range told(Range hole, boolean onPurpose) {
    long count = 0;
    String reason = null;
    for (Range range : told) {
      long common = range.common(hole);
      if (common > 0 && onPurpose == FILTER.equals(range.text)) {
        count += common;
        reason = range.text;
      }
    }
    return new Range(1, Math.min(count, hole.count()), reason);
  }

  /// Closes the holes that begin up to a number and end up to another.
  void close(long seq, long lastSeq) {
    for (Iterator<Range> holes = open.iterator(); holes.hasNext(); ) {
      Range hole = holes.next();
      if (hole.first <= seq && hole.last <= lastSeq) {
        holes.remove();
        closing.accept(hole);
      }
    }
  }

  /// Closes all, and forgets what was told: another boot has other numbers.
  void closeAll() {
    close(Long.MAX_VALUE, Long.MAX_VALUE);
    told.clear();
  }
}
