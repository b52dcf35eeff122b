package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelBuffersTest {
  @TempDir private Path limits;

  private static SinkSettings.Tcp window(long bytes) {
    return new SinkSettings.Tcp(
        "siem", "localhost", 1, null, bytes, SinkSettings.TcpTimings.DEFAULT);
  }

  @Test
  void shouldBeQuietWhenTheWindowCoversTheReceiveBuffer() throws IOException {
    Files.writeString(limits.resolve("tcp_rmem"), "4096\t131072\t6291456\n");
    assertThat(KernelBuffers.advice(window(6 << 20), limits)).isEmpty();
  }

  @Test
  void shouldTellWhatAHostTunedForThroughputMayHold() throws IOException {
    Files.writeString(limits.resolve("tcp_rmem"), "4096\t131072\t33554432\n");
    assertThat(KernelBuffers.advice(window(16 << 20), limits))
        .startsWith("sink siem: resend_window=16777216 does not cover the 33554432 bytes ");
  }

  @Test
  void shouldReadWhatThisKernelSays() throws Exception {
    Process third =
        new ProcessBuilder("awk", "{ print $3 }", "/proc/sys/net/ipv4/tcp_rmem").start();
    String held = third.inputReader().readLine();
    assertThat(KernelBuffers.advice(window(0))).contains("the " + held + " bytes");
  }

  @Test
  void shouldAssumeWhatLinuxDoesWhereItCannotLook() {
    assertThat(KernelBuffers.advice(window(6 << 20), limits)).isEmpty();
    assertThat(KernelBuffers.advice(window((6 << 20) - 1), limits)).contains("6291456");
  }
}
