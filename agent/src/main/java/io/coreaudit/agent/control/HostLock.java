package io.coreaudit.agent.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;

/// The lock that lets one agent run on a host. The kernel gives it back when its process ends,
/// however it ends; the file stays.
public final class HostLock implements AutoCloseable {
  private static final int MAX_TEXT_BYTES = 512;

  private final FileChannel channel;

  private HostLock(FileChannel channel) {
    this.channel = channel;
  }

  /// Takes the lock.
  ///
  /// @param file the lock file; its directory is made when it is not there
  /// @throws HeldException when another process has it; the message says who
  /// @throws IOException when the file or its directory cannot be had
  public static HostLock take(Path file) throws IOException {
    ownDirectory(file.getParent());
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new HeldException(
            "another coreaudit runs on this host: " + text(channel) + " (it holds " + file + ")");
      }
      String text =
          "pid "
              + ProcessHandle.current().pid()
              + " since "
              + Instant.now().truncatedTo(ChronoUnit.SECONDS)
              + "\n";
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      return new HostLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Who holds the lock; touches neither file nor lock.
  ///
  /// @param proc where the kernel lists all locks
  /// @return the process id; 0: nobody, or nobody that can be seen from here
  public static long holder(Path file, Path proc) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    long device = (Long) Files.getAttribute(file, "unix:dev");
    // As glibc's major() and minor() take it apart; the kernel lists both in hexadecimal.
    String id =
        String.format(
            "%02x:%02x:%d",
            device >> 8 & 0xFFF | device >> 32 & ~0xFFFL,
            device & 0xFF | device >> 12 & 0xFFFFFF00L,
            (Long) Files.getAttribute(file, "unix:ino"));
    for (String line : Files.readAllLines(proc.resolve("locks"))) {
      // 1: POSIX  ADVISORY  WRITE 4711 00:17:1042 0 EOF; who waits has -> behind the number
      String[] fields = line.trim().split("\\s+");
      if (fields.length >= 6 && fields[1].equals("POSIX") && fields[5].equals(id)) {
        return Math.max(0, Long.parseLong(fields[4]));
      }
    }
    return 0;
  }

  /// Makes a directory that only its owner may enter, or makes sure that nobody but its owner may
  /// write to the one that is there. Its mode is never changed: it may be somebody else's, named by
  /// mistake.
  static void ownDirectory(Path directory) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Map<String, Object> found = Files.readAttributes(directory, "unix:uid,permissions");
    int uid = effectiveUid();
    Set<?> mode = (Set<?>) found.get("permissions");
    String fault =
        !found.get("uid").equals(uid)
            ? "it belongs to user " + found.get("uid") + ", and the agent runs as user " + uid
            : mode.contains(PosixFilePermission.GROUP_WRITE)
                    || mode.contains(PosixFilePermission.OTHERS_WRITE)
                ? "others than its owner may write to it"
                : null;
    if (fault != null) {
      throw new IOException(
          directory + ": " + fault + "; set run.dir to a directory of the agent's own");
    }
  }

  private static int effectiveUid() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("Uid:")) {
        return Integer.parseInt(line.split("\\s+")[2]);
      }
    }
    throw new IOException("/proc/self/status: has no line Uid:");
  }

  @Override
  public void close() throws IOException {
    channel.truncate(0);
    channel.close();
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  private static String text(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_TEXT_BYTES);
    channel.read(bytes, 0);
    String text =
        new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
            .replaceAll("\\p{Cntrl}", " ")
            .strip();
    return text.isEmpty() ? "it just starts or stops" : text;
  }

  /// The lock is another process's.
  public static final class HeldException extends IOException {
    private static final long serialVersionUID = 1L;

    HeldException(String message) {
      super(message);
    }
  }
}
