package io.coreaudit.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogInputTest {
  private static final int LENGTH = 100_000;

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldCountWhatWasTakenOfStandardInputAsItWasGiven(boolean zipped) throws IOException {
    Path log = dir.resolve("log");
    try (OutputStream file = Files.newOutputStream(log);
        OutputStream out = zipped ? new GZIPOutputStream(file) : file) {
      out.write(new byte[LENGTH]);
    }
    try (LogInput input = LogInput.standard(new FileInputStream(log.toFile()))) {
      ByteBuffer bytes = ByteBuffer.allocate(2 * LENGTH);
      while (input.read(bytes) >= 0) {
        assertThat(input.position()).isBetween(1L, Files.size(log));
      }
      assertThat(bytes.position()).isEqualTo(LENGTH);
      assertThat(input.position()).isEqualTo(Files.size(log));
    }
  }
}
