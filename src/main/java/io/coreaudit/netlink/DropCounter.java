package io.coreaudit.netlink;

import static io.coreaudit.kernel.LinuxConstants.SK_MEMINFO_DROPS;
import static io.coreaudit.kernel.LinuxConstants.SK_MEMINFO_RMEM_ALLOC;
import static io.coreaudit.kernel.LinuxConstants.SK_MEMINFO_VARS;
import static io.coreaudit.kernel.LinuxConstants.SOL_SOCKET;
import static io.coreaudit.kernel.LinuxConstants.SO_MEMINFO;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// How many messages the kernel dropped at one socket because its buffer was full.
///
/// One call asks the socket itself (SO_MEMINFO, kernel 4.12 and newer); where it does not answer,
/// the table of netlink sockets is read. Allocates nothing. Any thread.
final class DropCounter implements AutoCloseable {
  /// Nobody tells.
  static final long UNKNOWN = -1;

  private static final int VALUE_BYTES = SK_MEMINFO_VARS * Integer.BYTES;

  private final int fd;
  private final Pages pages = Pages.allocate(VALUE_BYTES + Integer.BYTES);
  private final NetlinkTable table;
  private final long inode;
  private boolean closed;

  /// Prepares to ask a socket. It must stay open as long as it is asked.
  DropCounter(int fd) {
    this.fd = fd;
    boolean answers = asked() >= 0;
    this.inode = answers ? -1 : NetlinkSocket.inode(fd);
    this.table = inode < 0 ? null : new NetlinkTable("/proc/net/netlink");
  }

  /// Since the socket was opened, or `UNKNOWN`.
  synchronized long drops() {
    if (closed) {
      return UNKNOWN;
    }
    return table == null ? asked() : Math.max(UNKNOWN, table.drops(inode));
  }

  /// What the messages that wait take of the receive buffer; 0 when nobody tells.
  synchronized long waitingBytes() {
    return closed ? 0 : Math.max(0, asked(SK_MEMINFO_RMEM_ALLOC));
  }

  private long asked() {
    return asked(SK_MEMINFO_DROPS);
  }

  private long asked(int value) {
    long length = pages.address() + VALUE_BYTES;
    Memory.putInt(length, VALUE_BYTES);
    int result = LibC.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, pages.address(), length);
    boolean told = result == 0 && Memory.intAt(length) > value * Integer.BYTES;
    return told
        ? Memory.intAt(pages.address() + (long) value * Integer.BYTES) & 0xFFFFFFFFL
        : UNKNOWN;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (table != null) {
        table.close();
      }
      pages.close();
    }
  }
}
