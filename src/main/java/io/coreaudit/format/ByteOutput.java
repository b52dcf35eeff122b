package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing row of bytes on the heap, reused from event to event.
public final class ByteOutput {
  private static final byte[] LEAST = "-9223372036854775808".getBytes(StandardCharsets.US_ASCII);
  private static final long BILLION = 1_000_000_000;
  private static final int[] POWERS = {
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
  };
  private static final byte[] PAIRS = pairs();
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int SHORT_TEXT = 64;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private static byte[] pairs() {
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      pairs.append((char) ('0' + i / 10)).append((char) ('0' + i % 10));
    }
    return pairs.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] bytes;
  private int length;

  /// Creates an empty output.
  public ByteOutput(int initialCapacity) {
    bytes = new byte[initialCapacity];
  }

  /// The bytes; valid up to `length`, until the next append.
  public byte[] array() {
    return bytes;
  }

  /// Number of bytes written.
  public int length() {
    return length;
  }

  /// Forgets all bytes.
  public void clear() {
    length = 0;
  }

  /// Cuts back to a length that was reached before.
  public void truncate(int shorter) {
    length = shorter;
  }

  /// Makes room for so many bytes more.
  public void ensure(int more) {
    if (bytes.length - length < more) {
      grow(more);
    }
  }

  private void grow(int more) {
    bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
  }

  /// Appends one byte.
  public void put(int value) {
    ensure(1);
    bytes[length++] = (byte) value;
  }

  /// Appends an array.
  public void put(byte[] source) {
    ensure(source.length);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length;
  }

  /// Appends a piece.
  void put(Piece piece) {
    long[] words = piece.words();
    ensure(words.length << 3);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < words.length; i++) {
      LONG.set(to, at + (i << 3), words[i]);
    }
    length = at + piece.length();
  }

  /// Appends a piece and one byte.
  void put(Piece piece, char last) {
    long[] words = piece.words();
    ensure((words.length << 3) + 1);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < words.length; i++) {
      LONG.set(to, at + (i << 3), words[i]);
    }
    at += piece.length();
    to[at] = (byte) last;
    length = at + 1;
  }

  /// Appends a member of a JSON object whose value is text that needs no escape, its comma
  /// included. False, and nothing appended: it needs one.
  boolean putMember(Piece key, long address, int count) {
    long[] words = key.words();
    ensure((words.length << 3) + count + 2 * Long.BYTES);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < words.length; i++) {
      LONG.set(to, at + (i << 3), words[i]);
    }
    at += key.length();
    to[at++] = '"';
    int copied = 0;
    for (; count - copied >= Long.BYTES; copied += Long.BYTES) {
      long word = Memory.longAt(address + copied);
      if (!JsonText.isPlain(word)) {
        return false;
      }
      LONG.set(to, at + copied, word);
    }
    if (copied < count) {
      int left = count - copied;
      long word = EightBytes.load(address + copied, left);
      if (!JsonText.isPlain(word | EightBytes.BLANKS << (left << 3))) {
        return false;
      }
      LONG.set(to, at + copied, word);
    }
    at += count;
    to[at] = '"';
    to[at + 1] = ',';
    length = at + 2;
    return true;
  }

  /// Appends two bytes.
  void put(char first, char second) {
    ensure(2);
    bytes[length] = (byte) first;
    bytes[length + 1] = (byte) second;
    length += 2;
  }

  /// Appends a part of an array.
  public void put(byte[] source, int offset, int count) {
    ensure(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  /// Appends a number in decimal.
  public void putDecimal(long value) {
    ensure(20);
    if (value < 0) {
      if (value == Long.MIN_VALUE) {
        put(LEAST);
        return;
      }
      bytes[length++] = '-';
      value = -value;
    }
    if (value <= Integer.MAX_VALUE) {
      putSmall((int) value);
      return;
    }
    // Nine digits at a time, so that the division is by a 32-bit number.
    long high = value / BILLION;
    putDecimal(high);
    putDigits((int) (value - high * BILLION), 9);
  }

  private void putSmall(int value) {
    int digits = 1;
    while (digits < 10 && value >= POWERS[digits]) {
      digits++;
    }
    byte[] to = bytes;
    int at = length + digits;
    length = at;
    int rest = value;
    while (rest >= 10) {
      int hundredth = rest / 100;
      int pair = (rest - hundredth * 100) << 1;
      to[--at] = PAIRS[pair + 1];
      to[--at] = PAIRS[pair];
      rest = hundredth;
    }
    if (at > length - digits) {
      to[at - 1] = (byte) ('0' + rest);
    }
  }

  /// Appends the last so many decimal digits of a number, zeros in front.
  public void putDigits(int value, int digits) {
    ensure(digits);
    int rest = value;
    for (int at = length + digits; at > length; rest /= 10) {
      bytes[--at] = (byte) ('0' + rest % 10);
    }
    length += digits;
  }

  /// Appends the last so many hexadecimal digits of a number, lower case.
  public void putHex(long value, int digits) {
    ensure(digits);
    long rest = value;
    for (int at = length + digits; at > length; rest >>>= 4) {
      bytes[--at] = HEX[(int) rest & 15];
    }
    length += digits;
  }

  /// Moves the end over bytes that were written into `array` behind it.
  void advanceTo(int newLength) {
    length = newLength;
  }

  /// Appends bytes from an address.
  public void put(long address, int count) {
    if (count > SHORT_TEXT) {
      ensure(count);
      Memory.copy(address, bytes, length, count);
    } else {
      ensure(count + Long.BYTES);
      byte[] to = bytes;
      int at = length;
      int copied = 0;
      for (; count - copied >= Long.BYTES; copied += Long.BYTES) {
        LONG.set(to, at + copied, Memory.longAt(address + copied));
      }
      if (copied < count) {
        LONG.set(to, at + copied, EightBytes.load(address + copied, count - copied));
      }
    }
    length += count;
  }
}
