package io.coreaudit.rule;

/// A number as strtoul(3) reads it with base 0: decimal, `0x` hexadecimal or `0` octal, as far as
/// the digits go.
///
/// @param value the number, at most what 64 bits hold
/// @param rest what stood behind the digits
record CNumber(long value, String rest) {
  private static final int OCTAL = 8;
  private static final int DECIMAL = 10;
  private static final int HEXADECIMAL = 16;
  private static final long LOWEST = Integer.MIN_VALUE;
  private static final long HIGHEST = 0xFFFF_FFFFL;

  /// The number that a text begins with; null when it begins with no digit.
  static CNumber unsigned(String text) {
    return text.isEmpty() || !isDigit(text.charAt(0)) ? null : parse(text, 0, false);
  }

  /// The same, with or without a minus in front.
  static CNumber signed(String text) {
    boolean minus = text.length() > 1 && text.charAt(0) == '-' && isDigit(text.charAt(1));
    return minus ? parse(text, 1, true) : unsigned(text);
  }

  private static CNumber parse(String text, int from, boolean minus) {
    int at = from;
    int base = DECIMAL;
    if (text.charAt(at) == '0') {
      base = OCTAL;
      if (at + 2 < text.length()
          && (text.charAt(at + 1) | ' ') == 'x'
          && Character.digit(text.charAt(at + 2), HEXADECIMAL) >= 0
          && text.charAt(at + 2) < 0x80) {
        base = HEXADECIMAL;
        at += 2;
      }
    }
    long value = 0;
    boolean over = false;
    while (at < text.length() && text.charAt(at) < 0x80) {
      int digit = Character.digit(text.charAt(at), base);
      if (digit < 0) {
        break;
      }
      over |= value > (Long.MAX_VALUE - digit) / base;
      value = value * base + digit;
      at++;
    }
    long saturated = over ? Long.MAX_VALUE : value;
    return new CNumber(minus ? -saturated : saturated, text.substring(at));
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /// Whether nothing stood behind it.
  boolean isWhole() {
    return rest.isEmpty();
  }

  /// Whether 32 bits hold it, with or without a sign.
  boolean fits() {
    return value >= LOWEST && value <= HIGHEST;
  }

  /// Its low 32 bits.
  int word() {
    return (int) value;
  }
}
