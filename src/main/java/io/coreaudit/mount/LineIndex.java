package io.coreaudit.mount;

import java.util.Arrays;

/// Some lines of a mountinfo text by their ids. Used again for each comparison.
final class LineIndex {
  private static final int FIRST = 64;

  private int[] ids = new int[FIRST];
  private long[] starts = new long[FIRST];
  private long[] ends = new long[FIRST];
  private boolean[] found = new boolean[FIRST];
  private int[] slots = new int[4 * FIRST];
  private int size;

  /// Takes the lines between two addresses.
  void fill(MountinfoText text, long from, long to) {
    size = 0;
    for (long at = from; at < to; ) {
      long end = text.lineEnd(at);
      int id = MountinfoLine.id(at, end);
      if (id >= 0) {
        add(id, at, end);
      }
      at = end + 1;
    }
    if (slots.length < 2 * size) {
      slots = new int[Integer.highestOneBit(2 * size) << 1];
    }
    Arrays.fill(slots, 0);
    for (int line = 0; line < size; line++) {
      int slot = slot(ids[line]);
      while (slots[slot] != 0) {
        slot = slot + 1 & slots.length - 1;
      }
      slots[slot] = line + 1;
    }
  }

  private void add(int id, long start, long end) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
      found = Arrays.copyOf(found, 2 * size);
    }
    ids[size] = id;
    starts[size] = start;
    ends[size] = end;
    found[size++] = false;
  }

  private int slot(int id) {
    return (id * 0x9E3779B9 >>> 8) & slots.length - 1;
  }

  /// The line of an id, or -1.
  int find(int id) {
    int slot = slot(id);
    while (slots[slot] != 0) {
      if (ids[slots[slot] - 1] == id) {
        return slots[slot] - 1;
      }
      slot = slot + 1 & slots.length - 1;
    }
    return -1;
  }

  int size() {
    return size;
  }

  int id(int line) {
    return ids[line];
  }

  long start(int line) {
    return starts[line];
  }

  long end(int line) {
    return ends[line];
  }

  void markFound(int line) {
    found[line] = true;
  }

  boolean isFound(int line) {
    return found[line];
  }
}
