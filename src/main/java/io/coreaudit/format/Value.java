package io.coreaudit.format;

import io.coreaudit.memory.Memory;

/// The text of one value: quotes taken off, hexadecimal read. Used again for each value; the text
/// stands at `address` until the next one is decoded.
///
/// The kernel writes text that it does not trust in quotes, or, when it holds a blank, a quote, a
/// control byte or a byte above 0x7e, as upper-case hexadecimal without quotes; user space mostly
/// does the same.
final class Value {
  private static final byte[] DIGITS = new byte[256];

  static {
    for (int b = 0; b < 256; b++) {
      DIGITS[b] = (byte) Character.digit(b < 128 ? b : 0, 16);
    }
  }

  private final Scratch scratch = new Scratch(8192);
  private long address;
  private int length;

  /// Where the text begins.
  long address() {
    return address;
  }

  /// Length of the text in bytes.
  int length() {
    return length;
  }

  /// Looks at bytes that are text already.
  void plain(long textAddress, int textLength) {
    address = textAddress;
    length = textLength;
  }

  /// Decodes a value. False: there is none: empty, `(null)`, `(none)` or `?`.
  ///
  /// @param encoded whether a value without quotes may be hexadecimal
  boolean decode(long value, int valueLength, boolean encoded) {
    plain(value, valueLength);
    if (valueLength == 0) {
      return false;
    }
    byte first = Memory.byteAt(value);
    if (first == '"') {
      boolean closed = valueLength > 1 && Memory.byteAt(value + valueLength - 1) == '"';
      plain(value + 1, valueLength - (closed ? 2 : 1));
      return true;
    }
    if (first == '(' || first == '?') {
      return !isNothing(value, valueLength);
    }
    if (encoded) {
      scratch.clear();
      if (scratch.appendHex(value, valueLength)) {
        plain(scratch.address(), scratch.length());
      }
    }
    return true;
  }

  /// Whether the value stands for there being none.
  static boolean isNothing(long value, int length) {
    return switch (length) {
      case 0 -> true;
      case 1 -> Memory.byteAt(value) == '?';
      case 6 -> isNullOrNone(value);
      default -> false;
    };
  }

  private static boolean isNullOrNone(long value) {
    boolean parentheses = Memory.byteAt(value) == '(' && Memory.byteAt(value + 5) == ')';
    int word = Memory.intAt(value + 1);
    return parentheses && (word == 0x6c6c756e || word == 0x656e6f6e); // "null", "none"
  }

  /// Whether the value is hexadecimal of whole bytes.
  static boolean isHex(long value, int length) {
    if (length == 0 || (length & 1) != 0) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (digit(Memory.byteAt(value + i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /// The value of a hexadecimal digit, negative for another byte.
  static int digit(int b) {
    return DIGITS[b & 0xff];
  }
}
