package io.coreaudit.spool;

import io.coreaudit.kernel.FileSpace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Random;

/// A neighbour that eats a disk to the last block, gives a part back, and eats again; main of a
/// child process.
final class DiskHog {
  private DiskHog() {}

  /// Arguments: directory, seed.
  public static void main(String[] args) throws Exception {
    Path directory = Files.createDirectories(Path.of(args[0]));
    Random random = new Random(Long.parseLong(args[1]));
    ArrayDeque<Path> files = new ArrayDeque<>();
    int number = 0;
    while (true) {
      number = eat(directory, files, number, random);
      Thread.sleep(5 + random.nextInt(60));
      int free = 1 + random.nextInt(Math.max(1, files.size()));
      for (int i = 0; i < free && !files.isEmpty(); i++) {
        Files.deleteIfExists(random.nextBoolean() ? files.pollFirst() : files.pollLast());
      }
      Thread.sleep(random.nextInt(80));
    }
  }

  /// Fills the disk with ever smaller files; the number of the next file.
  static int eat(Path directory, ArrayDeque<Path> files, int firstNumber, Random random) {
    int number = firstNumber;
    for (long size = 2 << 20; size >= 4096; ) {
      Path file = directory.resolve("hog-" + number++);
      if (FileSpace.reserve(file.toString(), size) == 0) {
        files.add(file);
      } else {
        SpoolFiles.delete(file);
        size /= 2;
      }
      if (random.nextInt(400) == 0) {
        break;
      }
    }
    return number;
  }
}
