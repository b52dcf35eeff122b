package io.coreaudit.table;

import java.nio.charset.StandardCharsets;

/// What the C library says of an error number: 13 is `Permission denied`.
public final class ErrorTexts {
  private static final byte[][] TEXTS = new byte[256][];

  static {
    for (String line : ArgumentTables.ERROR_TEXTS.lines().toList()) {
      int blank = line.indexOf(' ');
      TEXTS[Integer.parseInt(line.substring(0, blank))] =
          line.substring(blank + 1).getBytes(StandardCharsets.US_ASCII);
    }
  }

  private ErrorTexts() {}

  /// The text of a positive error number, or null. The array must not be changed.
  public static byte[] text(long errno) {
    return errno > 0 && errno < TEXTS.length ? TEXTS[(int) errno] : null;
  }
}
