package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing row of bytes on the heap, reused from event to event.
public final class ByteOutput {
  private static final byte[] LEAST = "-9223372036854775808".getBytes(StandardCharsets.US_ASCII);
  private static final long BILLION = 1_000_000_000;
  private static final int[] POWERS = {
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
  };
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

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

  /// Appends an array and one byte.
  void put(byte[] source, char last) {
    ensure(source.length + 1);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length + 1;
    bytes[length - 1] = (byte) last;
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
    length += digits;
    int at = length;
    int rest = value;
    do {
      int tenth = rest / 10;
      bytes[--at] = (byte) ('0' + rest - tenth * 10);
      rest = tenth;
    } while (rest != 0);
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
    ensure(count);
    Memory.copy(address, bytes, length, count);
    length += count;
  }
}
