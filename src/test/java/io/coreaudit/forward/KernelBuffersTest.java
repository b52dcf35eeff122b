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
        "sinks[0]",
        "siem",
        SinkFormat.ECS,
        "localhost:1",
        null,
        bytes,
        SinkSettings.TcpTimings.DEFAULT);
  }

  @Test
  void shouldBeQuietWhenTheWindowCoversBothBuffers() throws IOException {
    Files.writeString(limits.resolve("tcp_wmem"), "4096\t16384\t4194304\n");
    Files.writeString(limits.resolve("tcp_rmem"), "4096\t131072\t6291456\n");
    assertThat(KernelBuffers.advice(window(10 << 20), limits)).isEmpty();
  }

  @Test
  void shouldTellWhatAHostTunedForThroughputMayHold() throws IOException {
    Files.writeString(limits.resolve("tcp_wmem"), "4096\t16384\t16777216\n");
    Files.writeString(limits.resolve("tcp_rmem"), "4096\t131072\t16777216\n");
    assertThat(KernelBuffers.advice(window(16 << 20), limits))
        .startsWith("sinks[0].resend_window: 16777216 bytes do not cover the 33554432 ");
  }

  @Test
  void shouldReadWhatThisKernelSays() throws Exception {
    Process sum =
        new ProcessBuilder(
                "sh",
                "-c",
                "cd /proc/sys/net/ipv4 && cat tcp_wmem tcp_rmem | awk '{ s += $3 } END { print s"
                    + " }'")
            .start();
    String held = sum.inputReader().readLine();
    assertThat(KernelBuffers.advice(window(0))).contains("the " + held + " that the socket");
  }

  @Test
  void shouldAssumeWhatLinuxDoesWhereItCannotLook() {
    assertThat(KernelBuffers.advice(window(10 << 20), limits)).isEmpty();
    assertThat(KernelBuffers.advice(window((10 << 20) - 1), limits)).contains("10485760");
  }
}
