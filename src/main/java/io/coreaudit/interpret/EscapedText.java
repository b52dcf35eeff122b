package io.coreaudit.interpret;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;

/// Text as audit writes it: in quotes, or in hexadecimal where it holds a blank, a quote or a byte
/// that is not printable ASCII.
public final class EscapedText {
  private static final long QUOTES = EightBytes.ONES * '"';

  private EscapedText() {}

  /// Whether all bytes are hexadecimal digits.
  static boolean isHex(long address, int length) {
    int at = 0;
    for (; length - at >= 8; at += 8) {
      if (EightBytes.hexBytes(Memory.longAt(address + at)) < 0) {
        return false;
      }
    }
    for (; at < length; at++) {
      if (LeadingNumber.digit(Memory.byteAt(address + at)) > 15) {
        return false;
      }
    }
    return true;
  }

  /// Puts what a value means: the inside of quotes; what hexadecimal stands for, up to a NUL; or
  /// the value as it is. A first byte NUL, as in the names of abstract sockets, is left out.
  public static void put(Interpretation out, long value, int length) {
    byte first = length == 0 ? 0 : Memory.byteAt(value);
    if (first == '"') {
      out.put(value + 1, (int) (EightBytes.find(value + 1, value + length, QUOTES) - value - 1));
    } else if (first == '(') {
      int close = 0;
      while (close < length && Memory.byteAt(value + close) != ')') {
        close++;
      }
      out.put(value, Math.min(close + 1, length));
    } else if (length >= 2 && (length & 1) == 0 && isHex(value, length)) {
      boolean abstractName = first == '0' && Memory.byteAt(value + 1) == '0';
      if (abstractName && length < 4) {
        out.put(value, length);
      } else {
        int from = out.length();
        putHex(out, abstractName ? value + 2 : value, abstractName ? length - 2 : length);
        cutAtNul(out, from);
      }
    } else {
      out.put(value, length);
    }
  }

  /// Whether a quote opens and none closes: the value had a blank in it.
  static boolean isCut(long value, int length) {
    return length > 0
        && Memory.byteAt(value) == '"'
        && EightBytes.find(value + 1, value + length, QUOTES) == value + length;
  }

  /// Puts a command line: like other text, with blanks for NULs.
  ///
  /// Of one that begins with a NUL (an empty first word) libauparse leaves that out and goes on for
  /// as many bytes as there are digits, into what its buffer still holds of them. So do we.
  static void putCommandLine(Interpretation out, long value, int length) {
    if (length < 2 || (length & 1) != 0 || Memory.byteAt(value) == '"' || !isHex(value, length)) {
      put(out, value, length);
      return;
    }
    int from = out.length();
    boolean emptyWord =
        length >= 4 && Memory.byteAt(value) == '0' && Memory.byteAt(value + 1) == '0';
    putHex(out, emptyWord ? value + 2 : value, emptyWord ? length - 2 : length);
    byte[] text = out.array();
    for (int i = from; i < out.length(); i++) {
      if (text[i] == 0) {
        text[i] = ' ';
      }
    }
    if (emptyWord) {
      int behind = (length - 2) / 2 + 1;
      out.put(' ');
      out.put(value + 2 + behind, Math.max(0, length - 2 - behind));
    }
  }

  /// Puts the bytes that hexadecimal digits stand for.
  static void putHex(Interpretation out, long value, int length) {
    int at = 0;
    for (; length - at >= 8; at += 8) {
      int four = (int) EightBytes.hexBytes(Memory.longAt(value + at));
      out.put(four);
      out.put(four >>> 8);
      out.put(four >>> 16);
      out.put(four >>> 24);
    }
    for (; length - at >= 2; at += 2) {
      int high = LeadingNumber.digit(Memory.byteAt(value + at));
      out.put(high << 4 | LeadingNumber.digit(Memory.byteAt(value + at + 1)));
    }
  }

  static void cutAtNul(Interpretation out, int from) {
    byte[] text = out.array();
    for (int i = from; i < out.length(); i++) {
      if (text[i] == 0) {
        out.truncate(i);
        return;
      }
    }
  }
}
