package io.coreaudit.format;

import io.coreaudit.memory.Memory;

/// The names that one JSON object has so far. Names become fields of an index, and user space
/// chooses them: only those made of letters, digits, `_` and `-` are taken, each once, 64 in all.
final class FieldNames {
  private static final int MAX_FIELDS = 64;
  private static final int MAX_NAME = 48;

  private final long[] addresses = new long[MAX_FIELDS];
  private final int[] lengths = new int[MAX_FIELDS];
  private int count;

  /// Forgets all names.
  void clear() {
    count = 0;
  }

  /// Takes a name, whose bytes must stay until `clear`. False: it is none to take.
  boolean add(long name, int length) {
    if (length == 0 || length > MAX_NAME || count == MAX_FIELDS) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      int b = Memory.byteAt(name + i);
      boolean letter = (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
      if (!letter && (b < '0' || b > '9') && b != '_' && b != '-') {
        return false;
      }
    }
    for (int i = 0; i < count; i++) {
      if (lengths[i] == length && Memory.isSame(addresses[i], name, length)) {
        return false;
      }
    }
    addresses[count] = name;
    lengths[count++] = length;
    return true;
  }
}
