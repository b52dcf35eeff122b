package io.coreaudit.kernel;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.MSG_DONTWAIT;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_DGRAM;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Listens for datagrams where a [UnixDatagram] sends them, as systemd does.
public final class DatagramListener implements AutoCloseable {
  private static final int MOST_BYTES = 4096;

  private final int fd = LibC.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  /// Listens at a path or an `@name`.
  public DatagramListener(String name) {
    try (UnixDatagram sender = new UnixDatagram(name)) {
      MemorySegment address = sender.address();
      assertThat(LibC.bind(fd, address.address(), (int) address.byteSize())).isZero();
    }
  }

  /// What has come since it was last asked.
  public List<String> received() {
    List<String> all = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(MOST_BYTES);
      long length;
      while ((length = LibC.recvfrom(fd, data.address(), MOST_BYTES, MSG_DONTWAIT, 0, 0)) >= 0) {
        byte[] bytes = data.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        all.add(new String(bytes, StandardCharsets.UTF_8));
      }
      assertThat(length).isEqualTo(-Errno.EAGAIN);
    }
    return all;
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
