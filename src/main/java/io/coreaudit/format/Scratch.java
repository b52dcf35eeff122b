package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.lang.foreign.Arena;

/// A growing row of bytes outside the heap, where decoded text is put together. Growing moves it.
/// What it grew beyond `KEPT` is given back when it is cleared.
final class Scratch {
  private static final int KEPT = 256 << 10;

  private final int initialCapacity;
  private Arena arena = Arena.ofAuto(); // the block lives as long as this
  private long block;
  private int capacity;
  private int length;

  Scratch(int initialCapacity) {
    this.initialCapacity = initialCapacity;
    capacity = initialCapacity;
    block = arena.allocate(capacity).address();
  }

  /// Where the bytes begin.
  long address() {
    return block;
  }

  /// Number of bytes.
  int length() {
    return length;
  }

  /// Forgets all bytes.
  void clear() {
    length = 0;
    if (capacity > KEPT) {
      move(initialCapacity);
    }
  }

  /// Cuts back to a length that was reached before.
  void truncate(int shorter) {
    length = shorter;
  }

  /// Appends one byte.
  void append(int value) {
    ensure(1);
    Memory.putByte(block + length++, (byte) value);
  }

  /// Appends bytes from an address outside this row.
  void append(long address, int count) {
    ensure(count);
    Memory.copy(address, block + length, count);
    length += count;
  }

  /// Appends the bytes that stand in hexadecimal at an address outside this row. False, and nothing
  /// appended: that is no hexadecimal of whole bytes.
  boolean appendHex(long address, int digits) {
    if ((digits & 1) != 0 || digits == 0) {
      return false;
    }
    ensure((digits >> 1) + Integer.BYTES);
    long to = block + length;
    long at = address;
    long end = address + digits;
    for (; end - at >= 8; at += 8, to += 4) {
      long bytes = EightBytes.hexBytes(Memory.longAt(at));
      if (bytes < 0) {
        return false;
      }
      Memory.putInt(to, (int) bytes);
    }
    if (at < end) {
      int rest = (int) (end - at);
      long bytes = EightBytes.hexBytes(EightBytes.load(at, rest) | EightBytes.ZEROS << (rest << 3));
      if (bytes < 0) {
        return false;
      }
      Memory.putInt(to, (int) bytes);
    }
    length += digits >> 1;
    return true;
  }

  private void ensure(int more) {
    if (capacity - length < more) {
      move(Math.max(length + more, capacity * 2));
    }
  }

  private void move(int newCapacity) {
    Arena next = Arena.ofAuto();
    long moved = next.allocate(newCapacity).address();
    Memory.copy(block, moved, length);
    arena = next;
    block = moved;
    capacity = newCapacity;
  }
}
