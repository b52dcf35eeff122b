package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.origin.PodTag;

/// Walks over the fields of a pod's tag: `rewind(...); while (next()) ...`. What is cut is left
/// out.
final class PodFields {
  private long next;
  private long end;
  private int field;
  private long text;
  private int length;

  void rewind(long address, int lengthBytes) {
    next = address;
    end = address + lengthBytes;
  }

  boolean next() {
    if (end - next < PodTag.HEADER) {
      return false;
    }
    field = Memory.byteAt(next);
    text = next + PodTag.HEADER;
    length = Memory.shortAt(next + 1) & 0xffff;
    next = text + length;
    return next <= end;
  }

  /// Moves to the next field of a number; false: there is none.
  boolean next(int wanted) {
    while (next()) {
      if (field == wanted) {
        return true;
      }
    }
    return false;
  }

  long text() {
    return text;
  }

  int length() {
    return length;
  }
}
