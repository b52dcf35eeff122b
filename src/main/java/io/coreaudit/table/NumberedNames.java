package io.coreaudit.table;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A table from small numbers to names, each name as bytes ready to be copied.
public final class NumberedNames {
  private final byte[][] names;

  private NumberedNames(byte[][] names) {
    this.names = names;
  }

  /// Reads a table: each line is a number and the names of that number and those that follow it.
  static NumberedNames parse(String table) {
    byte[][] names = new byte[64][];
    for (String line : table.lines().toList()) {
      String[] words = line.split(" ");
      int number = Integer.parseInt(words[0]);
      for (int i = 1; i < words.length; i++, number++) {
        if (number >= names.length) {
          names = Arrays.copyOf(names, Math.max(number + 1, names.length * 2));
        }
        names[number] = words[i].getBytes(StandardCharsets.US_ASCII);
      }
    }
    return new NumberedNames(names);
  }

  /// The name of a number, or null. The array is shared and must not be changed.
  public byte[] name(long number) {
    return number >= 0 && number < names.length ? names[(int) number] : null;
  }

  /// One above the largest number that may have a name.
  public int limit() {
    return names.length;
  }
}
