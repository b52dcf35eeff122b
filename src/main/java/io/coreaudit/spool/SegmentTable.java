package io.coreaudit.spool;

import java.util.Arrays;

/// Which segments there are, and how many frames came before each.
///
/// The ordinal of a frame is its number among all frames that the process knows of; the difference
/// of two is a number of events. The appending thread adds, the keeper removes, anyone asks; all of
/// it once a segment, so a lock does.
final class SegmentTable {
  private static final int DELETED_KEPT = 4096;

  /// All known segments ascending: deleted ones from 0, kept ones from `kept`, to `end`.
  private int[] segments = new int[64];

  private long[] firstOrdinals = new long[64];
  private boolean[] exact = new boolean[64];
  private int kept;
  private int end;

  /// Adds the newest.
  ///
  /// @param firstOrdinal number of frames before it
  /// @param countedExactly whether the frames before it, back to the segment before, were counted;
  ///   otherwise they were told from sequence numbers
  synchronized void add(int segment, long firstOrdinal, boolean countedExactly) {
    if (kept > DELETED_KEPT) {
      int forget = kept - DELETED_KEPT / 2;
      System.arraycopy(segments, forget, segments, 0, end - forget);
      System.arraycopy(firstOrdinals, forget, firstOrdinals, 0, end - forget);
      System.arraycopy(exact, forget, exact, 0, end - forget);
      kept -= forget;
      end -= forget;
    }
    if (end == segments.length) {
      segments = Arrays.copyOf(segments, end * 2);
      firstOrdinals = Arrays.copyOf(firstOrdinals, end * 2);
      exact = Arrays.copyOf(exact, end * 2);
    }
    segments[end] = segment;
    firstOrdinals[end] = firstOrdinal;
    exact[end] = countedExactly;
    end++;
  }

  synchronized void removeOldest() {
    kept++;
  }

  synchronized int count() {
    return end - kept;
  }

  /// The oldest kept segment, -1 when there is none.
  synchronized int oldest() {
    return kept == end ? -1 : segments[kept];
  }

  /// The newest segment, -1 when there is none.
  synchronized int newest() {
    return kept == end ? -1 : segments[end - 1];
  }

  /// The oldest kept segment that is not older than a number, -1 when there is none.
  synchronized int atOrAfter(int segment) {
    for (int i = kept; i < end; i++) {
      if (segments[i] >= segment) {
        return segments[i];
      }
    }
    return -1;
  }

  /// Whether a segment is kept.
  synchronized boolean holds(int segment) {
    int i = Arrays.binarySearch(segments, kept, end, segment);
    return i >= 0;
  }

  /// Number of frames before a segment, also one deleted lately; -1 when it is not known.
  synchronized long firstOrdinal(int segment) {
    int i = Arrays.binarySearch(segments, 0, end, segment);
    return i < 0 ? -1 : firstOrdinals[i];
  }

  /// Number of frames before a position, -1 when its segment is not known.
  long ordinal(long position) {
    long first = firstOrdinal(SpoolPosition.segment(position));
    return first < 0 ? -1 : first + SpoolPosition.frames(position);
  }

  /// Whether the distance from the segment before was counted.
  synchronized boolean isExact(int segment) {
    int i = Arrays.binarySearch(segments, 0, end, segment);
    return i >= 0 && exact[i];
  }
}
