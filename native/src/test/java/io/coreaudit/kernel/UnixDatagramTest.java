package io.coreaudit.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixDatagramTest {
  @TempDir private Path dir;

  @Test
  void shouldSendToAPath() {
    shouldArriveAt(dir.resolve("notify").toString());
  }

  @Test
  void shouldSendToANameWithoutAFile() {
    shouldArriveAt("@coreaudit-test-" + ProcessHandle.current().pid());
  }

  private static void shouldArriveAt(String name) {
    try (UnixDatagram socket = new UnixDatagram(name)) {
      assertThat(socket.send("early")).isIn(-Errno.ENOENT, -Errno.ECONNREFUSED);
      try (DatagramListener listener = new DatagramListener(name)) {
        assertThat(socket.send("READY=1\nSTATUS=bereit, größer")).isZero();
        assertThat(socket.send("WATCHDOG=1")).isZero();
        assertThat(listener.received())
            .containsExactly("READY=1\nSTATUS=bereit, größer", "WATCHDOG=1");
      }
    }
  }

  @Test
  void shouldNotWaitForWhoDoesNotRead() {
    String name = dir.resolve("full").toString();
    UnixDatagram socket = new UnixDatagram(name);
    try (socket;
        DatagramListener listener = new DatagramListener(name)) {
      int answer = 0;
      for (int i = 0; i < 100_000 && answer == 0; i++) {
        answer = socket.send("WATCHDOG=1");
      }
      assertThat(answer).isEqualTo(-Errno.EAGAIN);
      assertThat(listener.received()).isNotEmpty();
      assertThat(socket.send("WATCHDOG=1")).as("read again").isZero();
    }
    assertThat(socket.send("late")).isEqualTo(-Errno.EBADF);
  }

  @Test
  void shouldRefuseWhatIsNoName() {
    for (String name : new String[] {"", "/", "relative", "/" + "x".repeat(107)}) {
      assertThatThrownBy(() -> new UnixDatagram(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is no path or @name of 2 to 107 bytes");
    }
  }
}
