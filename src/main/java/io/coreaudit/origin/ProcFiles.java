package io.coreaudit.origin;

import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads what /proc tells of living processes: start, name, executable, cgroups. Allocates nothing;
/// some microseconds a file.
final class ProcFiles implements AutoCloseable {
  /// The clock ticks of `stat` a second, the same on every architecture that we know.
  static final int TICKS_A_SECOND = 100;

  private static final int MAX_ROOT = 256;
  private static final int PATH_BYTES = 4096;
  private static final int STAT_BYTES = 4096;
  private static final int CGROUP_BYTES = 16 << 10;
  private static final byte[] STAT = file("/stat");
  private static final byte[] EXE = file("/exe");
  private static final byte[] CGROUP = file("/cgroup");
  private static final int FLAGS = 9;
  private static final int START = 22;
  private static final long EXITING = 4; // PF_EXITING
  private static final int DEFAULT_PID_MAX = 1 << 22;

  private final Pages pages = Pages.allocate(PATH_BYTES + STAT_BYTES + CGROUP_BYTES);
  private final long numberAt;
  private final int pidMax;

  private long startTicks;
  private boolean exiting;
  private long name;
  private int nameLength;

  /// @param root `/proc`
  ProcFiles(String root) {
    byte[] bytes = (root + '/').getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_ROOT) {
      throw new IllegalArgumentException("root=" + root + " is longer than " + MAX_ROOT);
    }
    Memory.copy(bytes, 0, pages.address(), bytes.length);
    numberAt = pages.address() + bytes.length;
    pidMax = pidMax(Path.of(root, "sys/kernel/pid_max"));
  }

  private static byte[] file(String name) {
    return (name + '\0').getBytes(StandardCharsets.US_ASCII);
  }

  private static int pidMax(Path file) {
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (IOException | NumberFormatException unreadable) {
      return DEFAULT_PID_MAX;
    }
  }

  /// Process numbers are below this, and given out in turn.
  int pidMax() {
    return pidMax;
  }

  /// Reads `stat` of a process; false: there is no such process.
  boolean stat(int pid) {
    long text = pages.address() + PATH_BYTES;
    int length = read(pid, STAT, text, STAT_BYTES);
    return length > 0 && parse(text, text + length);
  }

  // `2489 (a name) S 2436 ...`; the name may hold anything, `) ` too.
  private boolean parse(long text, long end) {
    long open = EightBytes.find(text, end, EightBytes.ONES * '(');
    long close = end - 1;
    while (close > open && Memory.byteAt(close) != ')') {
      close--;
    }
    if (close <= open) {
      return false;
    }
    name = open + 1;
    nameLength = (int) (close - name);
    long at = close + 2;
    byte state = at < end ? Memory.byteAt(at) : 0;
    long flags = 0;
    for (int field = 3; field <= START; field++) {
      long to = EightBytes.find(at, end, EightBytes.BLANKS);
      if (to >= end) {
        return false;
      }
      if (field == FLAGS) {
        flags = EightBytes.decimal(at, (int) (to - at), 0);
      } else if (field == START) {
        startTicks = EightBytes.decimal(at, (int) (to - at), -1);
      }
      at = to + 1;
    }
    exiting = state == 'Z' || state == 'X' || (flags & EXITING) != 0;
    return startTicks >= 0;
  }

  /// When the process of the last `stat` began, in ticks since the boot.
  long startTicks() {
    return startTicks;
  }

  /// Whether it has begun to end. Then its cgroups of version 1 read as the root.
  boolean exiting() {
    return exiting;
  }

  /// Where its name begins.
  long name() {
    return name;
  }

  int nameLength() {
    return nameLength;
  }

  /// Reads the cgroups of a process to `cgroup()`; the length, or 0 when there are none to read.
  int readCgroup(int pid) {
    return read(pid, CGROUP, cgroup(), CGROUP_BYTES);
  }

  /// Whether the last `readCgroup` told of the one hierarchy of version 2 alone, which is told
  /// last.
  boolean isUnified() {
    return Memory.byteAt(cgroup()) == '0';
  }

  /// Where the text of the last `readCgroup` lies.
  long cgroup() {
    return pages.address() + PATH_BYTES + STAT_BYTES;
  }

  /// Whether so long a text of cgroups was cut.
  static boolean isCut(int length) {
    return length == CGROUP_BYTES;
  }

  /// Reads the executable of a process; the length, or 0 when there is none or it has no room.
  int executable(int pid, long to, int room) {
    path(pid, EXE);
    long length = LibC.readlink(pages.address(), to, room);
    return length < 0 || length == room ? 0 : (int) length;
  }

  private int read(int pid, byte[] file, long to, int room) {
    path(pid, file);
    int fd = LibC.open(pages.address(), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return 0;
    }
    long length = LibC.read(fd, to, room);
    LibC.close(fd);
    return (int) Math.max(0, length);
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
    pages.close();
  }
}
