package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import java.util.Arrays;

/// The arguments of one program one behind the other, a zero byte between, decoded; where in the
/// frame each value stands; and which bytes were marked, zeros between arguments never among them.
///
/// Grows to the longest text; what it grew beyond `KEPT` is given back when it is cleared.
final class CommandText {
  private static final int INITIAL = 1024;
  private static final int KEPT = 64 << 10;

  private byte[] bytes = new byte[INITIAL];
  private int length;
  private int[] values = new int[INITIAL]; // of each its begin, and its offset in the frame
  private int valueCount; // the offset is ~offset of a value in hexadecimal
  private int[] marks = new int[INITIAL]; // begin and end of each
  private int markCount;

  /// Forgets all.
  void clear() {
    length = 0;
    valueCount = 0;
    markCount = 0;
    if (bytes.length > KEPT) {
      bytes = new byte[INITIAL];
    }
    if (values.length > KEPT >> 2) {
      values = new int[INITIAL];
    }
    if (marks.length > KEPT >> 2) {
      marks = new int[INITIAL];
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
    bytes[length++] = 0;
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

  /// Appends bytes that stand in the frame as they are.
  void plain(long from, int count, long frame) {
    ensure(count);
    begin((int) (from - frame));
    for (int i = 0; i < count; i++) {
      bytes[length++] = Memory.byteAt(from + i);
    }
  }

  private void hexadecimal(long from, int digits, long frame) {
    ensure(digits >> 1);
    begin(~(int) (from - frame));
    for (int i = 0; i < digits; i += 2) {
      int high = Value.digit(Memory.byteAt(from + i));
      bytes[length++] = (byte) (high << 4 | Value.digit(Memory.byteAt(from + i + 1)));
    }
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      int capacity = Math.max(length + more, bytes.length * 2);
      bytes = Arrays.copyOf(bytes, capacity);
    }
  }

  private void begin(int offset) {
    if (valueCount == values.length) {
      values = Arrays.copyOf(values, valueCount * 2);
    }
    values[valueCount++] = length;
    values[valueCount++] = offset;
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
      int value = valueOf(marks[i]);
      for (int at = marks[i]; at < marks[i + 1]; at++) {
        while (value + 2 < valueCount && values[value + 2] <= at) {
          value += 2;
        }
        int into = at - values[value];
        int offset = values[value + 1];
        if (offset >= 0) {
          Memory.putByte(frame + offset + into, (byte) '*');
        } else {
          Memory.putByte(frame + ~offset + 2L * into, (byte) '2');
          Memory.putByte(frame + ~offset + 2L * into + 1, (byte) 'A');
        }
      }
    }
  }

  // The last value that begins at a byte or before it.
  private int valueOf(int at) {
    int low = 0;
    int high = (valueCount >> 1) - 1;
    while (low < high) {
      int middle = low + high + 1 >>> 1;
      if (values[2 * middle] <= at) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return 2 * low;
  }
}
