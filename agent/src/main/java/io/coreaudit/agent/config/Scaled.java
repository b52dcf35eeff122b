package io.coreaudit.agent.config;

import java.util.List;

/// A whole number with a unit behind it: `20ms`, `64MiB`, `20%`.
final class Scaled {
  private Scaled() {}

  /// The number in base units.
  ///
  /// @throws IllegalArgumentException when it is not a whole number with one of the units, or too
  ///   large
  static long parse(String text, List<String> units, long[] factors) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    int unit = units.indexOf(text.substring(digits).strip());
    if (digits == 0 || digits > 18 || unit < 0) {
      throw new IllegalArgumentException(text);
    }
    try {
      return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), factors[unit]);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /// The number in the largest unit, up to a bound, in which it is whole.
  static String format(long value, List<String> units, long[] factors, int largestUnit) {
    int unit = largestUnit;
    while (unit > 0 && (value == 0 || value % factors[unit] != 0)) {
      unit--;
    }
    return value / factors[unit] + units.get(unit);
  }
}
