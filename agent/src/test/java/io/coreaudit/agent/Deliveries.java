package io.coreaudit.agent;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/// What one receiver has: which events, how often, and whether they came in order for the first
/// time.
final class Deliveries {
  private static final int FIRST_NAMED = 20;

  /// Hash of the id by number; 0 where none came.
  private int[] ids = new int[1 << 16];

  private long count;
  private long lastSeq;
  private long outOfOrder;
  private long again;

  private static int hash(String id) {
    int hash = id.hashCode();
    return hash == 0 ? 1 : hash;
  }

  /// An event came.
  synchronized void add(long seq, String id) {
    if (seq >= ids.length) {
      ids = Arrays.copyOf(ids, Math.max(2 * ids.length, Math.toIntExact(seq + 1)));
    }
    int other = ids[(int) seq];
    if (other == 0) {
      ids[(int) seq] = hash(id);
      count++;
      outOfOrder += seq < lastSeq ? 1 : 0;
      lastSeq = Math.max(lastSeq, seq);
    } else if (other == hash(id)) {
      again++;
    } else {
      throw new AssertionError("seq %d is two events, one of them %s".formatted(seq, id));
    }
  }

  /// Whether it came before.
  synchronized boolean has(long seq) {
    return seq < ids.length && ids[(int) seq] != 0;
  }

  /// How many came at least once.
  synchronized long count() {
    return count;
  }

  /// How many came more than once.
  synchronized long again() {
    return again;
  }

  /// How many came for the first time after one with a higher number.
  synchronized long outOfOrder() {
    return outOfOrder;
  }

  /// Highest number.
  synchronized long last() {
    return lastSeq;
  }

  /// The first numbers up to a last one that never came.
  synchronized long[] missing(long last) {
    return LongStream.rangeClosed(1, last).filter(seq -> !has(seq)).limit(FIRST_NAMED).toArray();
  }

  /// Of some events, by number, those that did not come with that id.
  synchronized Map<Long, String> others(Map<Long, String> accepted) {
    Map<Long, String> others = new TreeMap<>();
    accepted.forEach(
        (seq, id) -> {
          if (!has(seq) || ids[seq.intValue()] != hash(id)) {
            others.put(seq, id);
          }
        });
    return others;
  }
}
