package io.coreaudit.backfill;

import java.util.HashMap;
import java.util.Map;

/// A set of serials, which mostly lie side by side.
final class SerialSet {
  private static final int CHUNK_BITS = 12;

  private final Map<Integer, long[]> chunks = new HashMap<>();

  void add(long serial) {
    long[] chunk =
        chunks.computeIfAbsent((int) (serial >>> CHUNK_BITS), _ -> new long[1 << CHUNK_BITS - 6]);
    chunk[word(serial)] |= 1L << serial;
  }

  boolean contains(long serial) {
    long[] chunk = chunks.get((int) (serial >>> CHUNK_BITS));
    return chunk != null && (chunk[word(serial)] & 1L << serial) != 0;
  }

  private static int word(long serial) {
    return (int) serial >>> 6 & (1 << CHUNK_BITS - 6) - 1;
  }
}
