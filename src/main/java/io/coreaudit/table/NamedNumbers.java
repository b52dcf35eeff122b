package io.coreaudit.table;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A table from 32-bit numbers to names, in the order of the numbers: for numbers far apart, and
/// for flags, which are walked.
public final class NamedNumbers {
  private final long[] numbers;
  private final byte[][] names;

  private NamedNumbers(long[] numbers, byte[][] names) {
    this.numbers = numbers;
    this.names = names;
  }

  /// Reads a table: each line is a number and the names of that number and those that follow it.
  static NamedNumbers parse(String table) {
    String[] words = table.split("\\s+");
    long[] numbers = new long[words.length];
    byte[][] names = new byte[words.length][];
    int count = 0;
    long number = 0;
    for (String word : words) {
      if (Character.isDigit(word.charAt(0))) {
        number = Long.decode(word);
      } else {
        numbers[count] = number++;
        names[count++] = word.getBytes(StandardCharsets.US_ASCII);
      }
    }
    return new NamedNumbers(Arrays.copyOf(numbers, count), Arrays.copyOf(names, count));
  }

  /// The name of a number, or null. The array is shared and must not be changed.
  public byte[] name(long number) {
    int at = Arrays.binarySearch(numbers, number);
    return at >= 0 ? names[at] : null;
  }

  /// How many numbers have a name.
  public int size() {
    return numbers.length;
  }

  /// The n-th number.
  public long number(int n) {
    return numbers[n];
  }

  /// The name of the n-th number. The array is shared and must not be changed.
  public byte[] nameAt(int n) {
    return names[n];
  }
}
