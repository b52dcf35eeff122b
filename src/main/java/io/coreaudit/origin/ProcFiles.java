package io.coreaudit.origin;

import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Reads names and executables of living processes from /proc. Allocates nothing; some microseconds
/// a process.
final class ProcFiles implements AutoCloseable {
  private static final int MAX_ROOT = 256;
  private static final byte[] COMM = "/comm\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EXE = "/exe\0".getBytes(StandardCharsets.US_ASCII);

  private final Pages path = Pages.allocate(4096);
  private final long numberAt;

  /// @param root `/proc`
  ProcFiles(String root) {
    byte[] bytes = (root + '/').getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_ROOT) {
      throw new IllegalArgumentException("root=" + root + " is longer than " + MAX_ROOT);
    }
    Memory.copy(bytes, 0, path.address(), bytes.length);
    numberAt = path.address() + bytes.length;
  }

  /// Reads the name of a process; the length, or 0 when there is none.
  int name(int pid, long to, int room) {
    path(pid, COMM);
    int fd = LibC.open(path.address(), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return 0;
    }
    long length = LibC.read(fd, to, room);
    LibC.close(fd);
    if (length > 0 && Memory.byteAt(to + length - 1) == '\n') {
      length--;
    }
    return (int) Math.max(0, length);
  }

  /// Reads the executable of a process; the length, or 0 when there is none or it has no room.
  int executable(int pid, long to, int room) {
    path(pid, EXE);
    long length = LibC.readlink(path.address(), to, room);
    return length < 0 || length == room ? 0 : (int) length;
  }

  private void path(int pid, byte[] file) {
    int digits = 1;
    for (int rest = pid; rest >= 10; rest /= 10) {
      digits++;
    }
    int rest = pid;
    for (long at = numberAt + digits; at > numberAt; rest /= 10) {
      Memory.putByte(--at, (byte) ('0' + rest % 10));
    }
    Memory.copy(file, 0, numberAt + digits, file.length);
  }

  @Override
  public void close() {
    path.close();
  }
}
