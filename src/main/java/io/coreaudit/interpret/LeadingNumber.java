package io.coreaudit.interpret;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;

/// Reads the number that a value begins with, as C's strtoul does.
///
/// Blanks in front and a sign are taken, `0x` in base 16 and 0; what stands behind the digits is
/// not looked at. A value without a digit is no number, and neither is one that needs more than 64
/// bits.
final class LeadingNumber {
  private long value;
  private boolean tooLarge;

  /// The number that was read last; of a negative one its 64 bits.
  long value() {
    return value;
  }

  /// The lower half of the number: what is left of it in a C int.
  int low() {
    return (int) value;
  }

  /// Whether what was read last was no number because it needs more than 64 bits.
  boolean tooLarge() {
    return tooLarge;
  }

  /// Reads a number; false: there is none.
  boolean read(long address, int length, int base) {
    tooLarge = false;
    if (length <= 8 && base != 0 && base != 8) {
      long n =
          base == 10 ? EightBytes.decimal(address, length, -1) : EightBytes.hex(address, length);
      if (n >= 0) {
        value = n;
        return true;
      }
    }
    return readAny(address, length, base);
  }

  private boolean readAny(long address, int length, int base) {
    long at = address;
    long end = address + length;
    while (at < end
        && (Memory.byteAt(at) == ' ' || Memory.byteAt(at) - 9 >= 0 && Memory.byteAt(at) <= 13)) {
      at++;
    }
    boolean negative = false;
    if (at < end && (Memory.byteAt(at) == '-' || Memory.byteAt(at) == '+')) {
      negative = Memory.byteAt(at) == '-';
      at++;
    }
    int radix = base;
    if (end - at >= 3
        && (base == 0 || base == 16)
        && Memory.byteAt(at) == '0'
        && (Memory.byteAt(at + 1) | 0x20) == 'x'
        && digit(Memory.byteAt(at + 2)) < 16) {
      at += 2;
      radix = 16;
    } else if (base == 0) {
      radix = at < end && Memory.byteAt(at) == '0' ? 8 : 10;
    }
    return digits(at, end, radix, negative);
  }

  private boolean digits(long from, long end, int radix, boolean negative) {
    long n = 0;
    long at = from;
    while (at < end) {
      int digit = digit(Memory.byteAt(at));
      if (digit >= radix) {
        break;
      }
      if (Math.unsignedMultiplyHigh(n, radix) != 0
          || Long.compareUnsigned(n * radix + digit, n * radix) < 0) {
        tooLarge = true;
        return false;
      }
      n = n * radix + digit;
      at++;
    }
    value = negative ? -n : n;
    return at > from;
  }

  /// The worth of a digit, 99 for what is none.
  static int digit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : 99;
  }
}
