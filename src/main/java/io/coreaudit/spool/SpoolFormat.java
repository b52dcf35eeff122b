package io.coreaudit.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The format of all that lies in a spool's directory, as one number in a file of its own: frames,
/// messages and segments, cursors, the mark of the newest number, the chain of hashes.
///
/// ```text
/// spool.format   "coreaudit spool format 1\n"
/// ```
///
/// A program that writes a newer format puts its number here, on the disk, before it writes
/// anything of it; one that does not know the number refuses the spool and leaves it as it is.
/// Frames do not tell that: a single byte that is damaged looks like another version, the newest
/// segment may have none, and in a spool that was taken over the old ones come first. So a frame of
/// a version that this program does not know is damage, always, and costs itself alone. Cursors and
/// marks have versions of their own, which one program reads beside each other; what no older one
/// could read takes a higher number here, too.
///
/// Without the file it is format 1, from before there was one. A file that says nothing is damage
/// and is written anew: it is renamed into place whole, so no end of a process or host leaves it
/// so.
public final class SpoolFormat {
  /// The format that this program writes, and the newest that it reads.
  public static final int VERSION = 1;

  private static final int FIRST = 1;
  private static final int DAMAGED = 0;
  private static final int LONGEST = 64;
  private static final Pattern LINE = Pattern.compile("coreaudit spool format ([1-9][0-9]{0,8})\n");

  private SpoolFormat() {}

  /// Refuses a spool of a format that only a newer program knows. Changes nothing; a directory that
  /// is not there, or is no spool, is none.
  ///
  /// @throws NewerSpoolException when it is newer
  /// @throws SpoolException when it cannot be told
  public static void check(Path directory) {
    known(directory);
  }

  private static int known(Path directory) {
    int found = read(directory);
    if (found > VERSION) {
      throw new NewerSpoolException(directory, found, VERSION);
    }
    return found;
  }

  /// Notes this program's format where an older one or none is noted. Under the lock, before
  /// anything else is written.
  ///
  /// @return whether what was noted was damaged, and is noted anew
  static boolean note(Path directory) {
    int found = known(directory);
    Path file = directory.resolve(SpoolFiles.FORMAT);
    if (found == VERSION && Files.exists(file)) {
      return false;
    }
    try {
      write(file);
    } catch (IOException e) {
      // A full disk. Who finds no file takes it for the first format.
      if (found != VERSION) {
        throw new SpoolException(
            "spool %s: its format cannot be noted: %s; free room".formatted(directory, e), e);
      }
    }
    return found == DAMAGED;
  }

  private static int read(Path directory) {
    Path file = directory.resolve(SpoolFiles.FORMAT);
    if (!Files.exists(file)) {
      return FIRST;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
      while (channel.read(bytes) > 0) {
        // A read may give less than there is.
      }
      String line = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
      Matcher matcher = LINE.matcher(line);
      return matcher.matches() ? Integer.parseInt(matcher.group(1)) : DAMAGED;
    } catch (IOException e) {
      throw new SpoolException(
          "spool %s: its format cannot be read: %s".formatted(directory, e), e);
    }
  }

  private static void write(Path file) throws IOException {
    Path fresh = file.resolveSibling(SpoolFiles.FORMAT + ".new");
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              Set.of(
                  StandardOpenOption.WRITE,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer line =
            ByteBuffer.wrap(
                ("coreaudit spool format " + VERSION + "\n").getBytes(StandardCharsets.US_ASCII));
        while (line.hasRemaining()) {
          channel.write(line);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      SpoolFiles.delete(fresh);
      throw e;
    }
    try (FileChannel directory = FileChannel.open(file.getParent())) {
      directory.force(true);
    }
  }
}
