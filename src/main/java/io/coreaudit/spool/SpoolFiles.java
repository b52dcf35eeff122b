package io.coreaudit.spool;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/// The names of a spool's files, and the lists of them.
final class SpoolFiles {
  static final String LOCK = "spool.lock";

  /// Chronicle's table of locks and listing.
  static final String METADATA = "metadata.cq4t";

  /// Chronicle maps this much of its table.
  static final int METADATA_BYTES = 128 << 10;

  static final String CURSOR_PREFIX = "cursor-";

  private SpoolFiles() {}

  /// The numbers of all segments, ascending.
  static int[] segments(Path directory) {
    return numbers(directory, SegmentDescriptor.SUFFIX);
  }

  private static int[] numbers(Path directory, String suffix) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + suffix)) {
      int[] numbers = new int[16];
      int count = 0;
      for (Path file : files) {
        int number = SegmentDescriptor.numberOf(file);
        if (number < 0) {
          continue;
        }
        if (count == numbers.length) {
          numbers = Arrays.copyOf(numbers, count * 2);
        }
        numbers[count++] = number;
      }
      numbers = Arrays.copyOf(numbers, count);
      Arrays.sort(numbers);
      return numbers;
    } catch (IOException e) {
      throw new SpoolException("spool " + directory + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  /// Deletes a file if it is there; what cannot be deleted stays.
  static boolean delete(Path file) {
    try {
      Files.delete(file);
      return true;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  static Path cursor(Path directory, String name) {
    return directory.resolve(CURSOR_PREFIX + name);
  }
}
