package io.coreaudit.netlink;

import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// A table of netlink sockets as the kernel prints it in `/proc/net/netlink`: one line a socket,
/// the ninth column says how many messages it dropped, the tenth which socket it is.
///
/// Looking into it allocates nothing on the heap, so that the intake may do it after an overrun.
final class NetlinkTable implements AutoCloseable {
  /// The table has no such socket.
  static final long NOT_LISTED = -1;

  /// The table cannot be read.
  static final long UNREADABLE = -2;

  private static final int PATH_BYTES = 64;
  private static final int TEXT_BYTES = 32 * 1024 - PATH_BYTES;
  private static final int COLUMN_DROPS = 8;
  private static final int COLUMN_INODE = 9;

  private final Pages pages = Pages.allocate(PATH_BYTES + TEXT_BYTES);
  private boolean closed;

  /// Prepares to read a table.
  ///
  /// @param path where it is: `/proc/net/netlink` for the caller's own network namespace
  NetlinkTable(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, pages.address(), bytes.length);
  }

  /// Looks once into a table.
  static long drops(String path, long inode) {
    try (NetlinkTable table = new NetlinkTable(path)) {
      return table.drops(inode);
    }
  }

  /// How many messages a socket dropped since it was opened, or one of the negative answers.
  synchronized long drops(long inode) {
    if (closed) {
      return UNREADABLE;
    }
    int fd = LibC.open(pages.address(), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return UNREADABLE;
    }
    long drops = search(fd, inode);
    LibC.close(fd);
    return drops;
  }

  private long search(int fd, long inode) {
    long text = pages.address() + PATH_BYTES;
    int held = 0;
    while (held < TEXT_BYTES) {
      long read = LibC.read(fd, text + held, TEXT_BYTES - held);
      if (read <= 0) {
        return read < 0 ? UNREADABLE : NOT_LISTED;
      }
      int end = held + (int) read;
      int line = 0;
      for (int at = 0; at < end; at++) {
        if (Memory.byteAt(text + at) == '\n') {
          if (number(text + line, text + at, COLUMN_INODE) == inode) {
            return number(text + line, text + at, COLUMN_DROPS);
          }
          line = at + 1;
        }
      }
      held = end - line;
      Memory.copy(text + line, text, held);
    }
    return UNREADABLE;
  }

  /// The number in a column of a line, as 32 bits without sign; -1 when there is none.
  private static long number(long from, long to, int column) {
    long at = from;
    for (int skipped = 0; ; skipped++) {
      while (at < to && Memory.byteAt(at) == ' ') {
        at++;
      }
      if (skipped == column) {
        break;
      }
      while (at < to && Memory.byteAt(at) != ' ') {
        at++;
      }
    }
    // Some kernels print the counters with a sign.
    boolean negative = at < to && Memory.byteAt(at) == '-';
    if (negative) {
      at++;
    }
    long start = at;
    long value = 0;
    while (at < to && Memory.byteAt(at) >= '0' && Memory.byteAt(at) <= '9') {
      value = value * 10 + Memory.byteAt(at++) - '0';
    }
    if (at == start) {
      return -1;
    }
    return negative ? -value & 0xFFFFFFFFL : value;
  }

  @Override
  public synchronized void close() {
    closed = true;
    pages.close();
  }
}
