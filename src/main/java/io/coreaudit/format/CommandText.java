package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import java.util.Arrays;

/// The arguments of one program one behind the other, a zero byte between, decoded; where in the
/// frame each byte stands; and which of them were marked.
///
/// Grows to the longest text; what it grew beyond `KEPT` is given back when it is cleared.
final class CommandText {
  private static final int INITIAL = 1024;
  private static final int KEPT = 64 << 10;
  private static final int NOWHERE = Integer.MIN_VALUE;

  private byte[] bytes = new byte[INITIAL];
  private int[] place = new int[INITIAL]; // offset in the frame; ~offset of a byte in hexadecimal
  private int length;
  private int[] marks = new int[16]; // begin and end of each
  private int markCount;

  /// Forgets all.
  void clear() {
    length = 0;
    markCount = 0;
    if (bytes.length > KEPT) {
      bytes = new byte[INITIAL];
      place = new int[INITIAL];
    }
  }

  /// The bytes, good up to `length`.
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /// Ends an argument.
  void separate() {
    ensure(1);
    bytes[length] = 0;
    place[length++] = NOWHERE;
  }

  /// Appends a value as a record has it: in quotes, in hexadecimal, or plain.
  ///
  /// @param frame where the frame begins
  void add(long value, int valueLength, long frame) {
    if (valueLength == 0) {
      return;
    }
    if (Memory.byteAt(value) == '"') {
      boolean closed = valueLength > 1 && Memory.byteAt(value + valueLength - 1) == '"';
      plain(value + 1, valueLength - (closed ? 2 : 1), frame);
    } else if (Value.isHex(value, valueLength)) {
      hexadecimal(value, valueLength, frame);
    } else {
      plain(value, valueLength, frame);
    }
  }

  private void plain(long from, int count, long frame) {
    ensure(count);
    int offset = (int) (from - frame);
    for (int i = 0; i < count; i++) {
      bytes[length] = Memory.byteAt(from + i);
      place[length++] = offset + i;
    }
  }

  private void hexadecimal(long from, int digits, long frame) {
    ensure(digits >> 1);
    int offset = (int) (from - frame);
    for (int i = 0; i < digits; i += 2) {
      int high = Value.digit(Memory.byteAt(from + i));
      bytes[length] = (byte) (high << 4 | Value.digit(Memory.byteAt(from + i + 1)));
      place[length++] = ~(offset + i);
    }
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      int capacity = Math.max(length + more, bytes.length * 2);
      bytes = Arrays.copyOf(bytes, capacity);
      place = Arrays.copyOf(place, capacity);
    }
  }

  /// Marks the bytes of a range; an empty one is none.
  void mark(int from, int to) {
    if (to <= from) {
      return;
    }
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, markCount * 2);
    }
    marks[markCount++] = from;
    marks[markCount++] = to;
  }

  /// Whether anything is marked.
  boolean isMarked() {
    return markCount > 0;
  }

  /// Writes `*` for each marked byte, in the form that the byte has.
  ///
  /// @param frame where a copy of the frame begins
  void mask(long frame) {
    for (int i = 0; i < markCount; i += 2) {
      for (int at = marks[i]; at < marks[i + 1]; at++) {
        if (place[at] >= 0) {
          Memory.putByte(frame + place[at], (byte) '*');
        } else if (place[at] != NOWHERE) {
          Memory.putByte(frame + ~place[at], (byte) '2');
          Memory.putByte(frame + ~place[at] + 1, (byte) 'A');
        }
      }
    }
  }
}
