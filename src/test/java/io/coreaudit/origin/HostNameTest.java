package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostNameTest {
  @TempDir Path directory;

  @Test
  void shouldFollowTheKernel() throws IOException {
    Path file = directory.resolve("hostname");
    Files.writeString(file, "localhost\n");
    HostName host = HostName.ofFile(file);
    assertThat(host.bytes()).asString().isEqualTo("localhost");
    assertThat(host.refreshIfChanged()).isFalse();
    Files.writeString(file, "worker-3.example\n");
    assertThat(host.refreshIfChanged()).isTrue();
    assertThat(host.bytes()).asString().isEqualTo("worker-3.example");
    Files.delete(file);
    assertThat(host.refreshIfChanged()).isFalse();
    assertThat(host.bytes()).asString().isEqualTo("worker-3.example");
  }

  @Test
  void shouldKeepAGivenName() {
    HostName host = HostName.of("n1");
    assertThat(host.refreshIfChanged()).isFalse();
    assertThat(host.bytes()).asString().isEqualTo("n1");
  }

  @Test
  void shouldReadThisHost() throws IOException {
    assertThat(HostName.ofKernel().bytes())
        .asString()
        .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
  }
}
