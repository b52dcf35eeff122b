package io.coreaudit.netlink;

import static io.coreaudit.kernel.LinuxConstants.AF_NETLINK;
import static io.coreaudit.kernel.LinuxConstants.NETLINK_AUDIT;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCKADDR_NL_NL_FAMILY;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCKADDR_NL_NL_GROUPS;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCKADDR_NL_NL_PID;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_SOCKADDR_NL;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_RAW;
import static io.coreaudit.kernel.LinuxConstants.SOL_SOCKET;
import static io.coreaudit.kernel.LinuxConstants.SO_RCVBUF;
import static io.coreaudit.kernel.LinuxConstants.SO_RCVBUFFORCE;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Opens audit sockets and asks them about themselves. Not for the hot path.
final class NetlinkSocket {
  private static final int WORD_BYTES = 4;

  private NetlinkSocket() {}

  /// Opens an audit socket, bound to a port of the kernel's choice.
  ///
  /// @param groups the multicast groups to join, a mask
  static int open(int groups, int receiveBufferBytes) {
    int fd = LibC.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
    if (fd < 0) {
      throw AuditControlException.of(Request.OPEN, "", fd, Surroundings.here(), false);
    }
    try (Pages pages = Pages.allocate(SIZEOF_SOCKADDR_NL)) {
      // Before the bind: from then on records come.
      receiveBuffer(fd, receiveBufferBytes);
      long address = pages.address();
      Memory.putShort(address + OFFSETOF_SOCKADDR_NL_NL_FAMILY, (short) AF_NETLINK);
      Memory.putInt(address + OFFSETOF_SOCKADDR_NL_NL_GROUPS, groups);
      int bound = LibC.bind(fd, address, SIZEOF_SOCKADDR_NL);
      if (bound < 0) {
        LibC.close(fd);
        Request request = groups == 0 ? Request.BIND : Request.JOIN;
        throw AuditControlException.of(request, "", bound, Surroundings.here(), false);
      }
      return fd;
    }
  }

  /// Has a socket hear the kernel alone: a message that a process sends to its port is refused
  /// (ECONNREFUSED) instead of taking room in the receive buffer. What is sent to a multicast group
  /// still comes, from whoever may send there.
  ///
  /// @return 0, or `-errno`
  static int hearKernelAlone(int fd) {
    try (Pages pages = Pages.allocate(SIZEOF_SOCKADDR_NL)) {
      Memory.putShort(pages.address() + OFFSETOF_SOCKADDR_NL_NL_FAMILY, (short) AF_NETLINK);
      return LibC.connect(fd, pages.address(), SIZEOF_SOCKADDR_NL);
    }
  }

  /// Asks for a receive buffer, beyond the system's bound where the process may (CAP_NET_ADMIN).
  static void receiveBuffer(int fd, int bytes) {
    try (Pages pages = Pages.allocate(WORD_BYTES)) {
      Memory.putInt(pages.address(), bytes);
      if (LibC.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, pages.address(), WORD_BYTES) < 0) {
        LibC.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, pages.address(), WORD_BYTES);
      }
    }
  }

  /// The receive buffer as granted: the kernel doubles what was asked for, and charges each message
  /// with its own overhead.
  static long receiveBuffer(int fd) {
    try (Pages pages = Pages.allocate(2 * WORD_BYTES)) {
      long length = pages.address() + WORD_BYTES;
      Memory.putInt(length, WORD_BYTES);
      int result = LibC.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, pages.address(), length);
      return result < 0 ? result : Memory.intAt(pages.address());
    }
  }

  /// The address under which the kernel sends to a socket.
  static int portId(int fd) {
    try (Pages pages = Pages.allocate(SIZEOF_SOCKADDR_NL + WORD_BYTES)) {
      long length = pages.address() + SIZEOF_SOCKADDR_NL;
      Memory.putInt(length, SIZEOF_SOCKADDR_NL);
      int result = LibC.getsockname(fd, pages.address(), length);
      return result < 0 ? 0 : Memory.intAt(pages.address() + OFFSETOF_SOCKADDR_NL_NL_PID);
    }
  }

  /// The inode number by which the kernel's tables name a socket; -1 when it is not one.
  static long inode(int fd) {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
      return link.startsWith("socket:[")
          ? Long.parseLong(link, "socket:[".length(), link.length() - 1, 10)
          : -1;
    } catch (IOException | NumberFormatException noProc) {
      return -1;
    }
  }
}
