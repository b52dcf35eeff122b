package io.coreaudit.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The right to write into a spool: one process has it, and its number stands in the lock's file.
final class SpoolLock implements AutoCloseable {
  /// Directories locked by this process. The kernel drops a process's lock as soon as the process
  /// closes any descriptor of the file, so a second try must not even open it.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private SpoolLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /// Takes the lock of a directory, given by its real path.
  static SpoolLock take(Path directory) {
    if (!HELD.add(directory)) {
      throw new SpoolException(
          "spool " + directory + ": already open in this process; one spool per directory");
    }
    Path file = directory.resolve(SpoolFiles.LOCK);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              EnumSet.of(
                  StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new SpoolException(
            "spool %s: in use by process %s; stop it, or give this one another spool.dir"
                .formatted(directory, holder(channel)));
      }
      writePid(channel);
      return new SpoolLock(directory, channel);
    } catch (IOException | SpoolException e) {
      HELD.remove(directory);
      closeQuietly(channel);
      throw e instanceof SpoolException refused
          ? refused
          : new SpoolException("spool " + directory + ": cannot be locked: " + e, e);
    }
  }

  /// The number is a help for people; without room for it the lock holds all the same.
  private static void writePid(FileChannel channel) {
    byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid), 0);
    } catch (IOException e) {
      // A full disk: "process ?" is what another one will say.
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(32);
    channel.read(text, 0);
    String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim();
    return pid.isEmpty() ? "?" : pid;
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing was written through it that matters.
      }
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
    HELD.remove(directory);
  }
}
