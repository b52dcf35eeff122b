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

  /// The number of the newest frame, `SeqMark`.
  static final String SEQ_MARK = "newest-seq";

  /// The format of what is there, `SpoolFormat`.
  static final String FORMAT = "spool.format";

  static final String CURSOR_PREFIX = "cursor-";

  private SpoolFiles() {}

  /// The numbers of all segments, those set aside included, ascending.
  static int[] segments(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
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
      return Arrays.stream(numbers).sorted().distinct().toArray();
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

  /// The file of a segment, also where it was set aside.
  static Path segment(Path directory, int number) {
    Path file = SegmentDescriptor.pathOf(directory, number);
    Path aside = SegmentDescriptor.asidePathOf(directory, number);
    return Files.notExists(file) && Files.exists(aside) ? aside : file;
  }

  /// Deletes a segment; false: it cannot be deleted.
  static boolean deleteSegment(Path directory, int number) {
    return delete(SegmentDescriptor.pathOf(directory, number))
        & delete(SegmentDescriptor.asidePathOf(directory, number));
  }

  static Path cursor(Path directory, String name) {
    return directory.resolve(CURSOR_PREFIX + name);
  }
}
