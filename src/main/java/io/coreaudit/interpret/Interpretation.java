package io.coreaudit.interpret;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What one value means, as bytes; used again from value to value.
///
/// The bytes are those that a log means, whatever they are: nothing is escaped.
public final class Interpretation {
  private byte[] bytes = new byte[1024];
  private int length;

  /// Creates an empty one.
  public Interpretation() {}

  /// The bytes; valid up to `length`, until the next change.
  public byte[] array() {
    return bytes;
  }

  /// Number of bytes.
  public int length() {
    return length;
  }

  /// Forgets all bytes.
  public void clear() {
    length = 0;
  }

  /// Cuts back to a length that was reached before.
  void truncate(int shorter) {
    length = shorter;
  }

  void put(int value) {
    ensure(1);
    bytes[length++] = (byte) value;
  }

  void put(byte[] source) {
    ensure(source.length);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length;
  }

  void put(long address, int count) {
    ensure(count);
    Memory.copy(address, bytes, length, count);
    length += count;
  }

  /// Puts a number in decimal.
  void putDecimal(long value) {
    ensure(20);
    long rest = value;
    if (rest < 0) {
      bytes[length++] = '-';
    }
    int digits = 1;
    for (long more = rest / 10; more != 0; more /= 10) {
      digits++;
    }
    length += digits;
    for (int at = length - 1; digits > 0; digits--, at--) {
      bytes[at] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    }
  }

  /// Puts a number in the digits that a power of two has, without zeros in front but to a width.
  void putBits(long value, int bitsPerDigit, int atLeast) {
    int digits =
        Math.max(1, (64 - Long.numberOfLeadingZeros(value) + bitsPerDigit - 1) / bitsPerDigit);
    for (int left = Math.max(digits, atLeast); left > 0; left--) {
      int shift = (left - 1) * bitsPerDigit;
      int digit = shift > 63 ? 0 : (int) (value >>> shift) & (1 << bitsPerDigit) - 1;
      put(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
