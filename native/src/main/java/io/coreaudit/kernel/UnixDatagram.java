package io.coreaudit.kernel;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.MSG_DONTWAIT;
import static io.coreaudit.kernel.LinuxConstants.MSG_NOSIGNAL;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCKADDR_UN_SUN_PATH;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_SOCKADDR_UN;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_DGRAM;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// A socket that sends datagrams to one place on this host, and waits for nobody.
///
/// The place is looked up with each message: who listens there may be another by then.
public final class UnixDatagram implements AutoCloseable {
  private static final int MAX_NAME_BYTES = SIZEOF_SOCKADDR_UN - OFFSETOF_SOCKADDR_UN_SUN_PATH - 1;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment address = arena.allocate(SIZEOF_SOCKADDR_UN);
  private final int addressLength;
  private final int fd;
  private boolean closed;

  /// Opens one.
  ///
  /// @param name a path that begins with /, or a name without a file that begins with @
  /// @throws IllegalArgumentException when the name is neither, or longer than the kernel takes
  /// @throws KernelException when there is no socket to be had
  public UnixDatagram(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 2 || bytes.length > MAX_NAME_BYTES || bytes[0] != '/' && bytes[0] != '@') {
      throw new IllegalArgumentException(
          "\"" + name + "\" is no path or @name of 2 to " + MAX_NAME_BYTES + " bytes");
    }
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(
        bytes, 0, address, ValueLayout.JAVA_BYTE, OFFSETOF_SOCKADDR_UN_SUN_PATH, bytes.length);
    addressLength = OFFSETOF_SOCKADDR_UN_SUN_PATH + bytes.length;
    if (bytes[0] == '@') {
      address.set(ValueLayout.JAVA_BYTE, OFFSETOF_SOCKADDR_UN_SUN_PATH, (byte) 0);
    }
    fd =
        KernelException.checked(
            "socket(AF_UNIX)", LibC.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  }

  /// The address as the kernel takes it, for whoever wants to listen there.
  MemorySegment address() {
    return address.asSlice(0, addressLength);
  }

  /// Sends one message. Allocates.
  ///
  /// @return 0, or `-errno`: EAGAIN where nobody takes what was sent before, ECONNREFUSED or ENOENT
  ///   where nobody listens
  public synchronized int send(String message) {
    if (closed) {
      return -Errno.EBADF;
    }
    try (Arena call = Arena.ofConfined()) {
      byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
      MemorySegment data = call.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      long sent =
          LibC.sendto(
              fd,
              data.address(),
              bytes.length,
              MSG_DONTWAIT | MSG_NOSIGNAL,
              address.address(),
              addressLength);
      return sent < 0 ? (int) sent : 0;
    }
  }

  /// Gives the socket back; what is sent afterwards is EBADF.
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibC.close(fd);
      arena.close();
    }
  }
}
