package io.coreaudit.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.memory.Memory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditdLogTest {
  @TempDir private Path dir;
  private Path log;

  @BeforeEach
  void prepare() {
    log = dir.resolve("audit.log");
  }

  private static List<String> read(AuditdLog from) throws IOException {
    List<String> lines = new ArrayList<>();
    while (from.next()) {
      byte[] line = new byte[from.length()];
      Memory.copy(from.address(), line, 0, line.length);
      lines.add(new String(line, StandardCharsets.UTF_8));
    }
    return lines;
  }

  private void write(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private void rotate() throws IOException {
    for (int n = 9; n > 0; n--) {
      Path from = n == 1 ? log : dir.resolve("audit.log." + (n - 1));
      if (Files.exists(from)) {
        Files.move(from, dir.resolve("audit.log." + n));
      }
    }
  }

  @Test
  void shouldFollowTheLogAcrossRotations() throws IOException {
    write("a\n");
    rotate();
    write("b\nc");
    try (AuditdLog follower = AuditdLog.open(log, 0)) {
      assertThat(read(follower)).containsExactly("a", "b");
      write("c\nd\n");
      assertThat(read(follower)).containsExactly("cc", "d");
      write("e\n");
      rotate();
      write("f\n");
      rotate();
      write("g\ntorn");
      assertThat(read(follower)).containsExactly("e", "f", "g");
      rotate();
      write("h\n");
      assertThat(read(follower)).containsExactly("h");
      assertThat(follower.torn()).isEqualTo(1);
    }
  }

  @Test
  void shouldReadTheFilesBesideADamagedOne() throws IOException {
    write("a\n");
    rotate();
    rotate();
    rotate();
    write("b\n");
    rotate();
    write("c\n");
    Files.write(dir.resolve("audit.log.2.gz"), gzip("x\n", 15)); // not even its head is whole
    Files.write(dir.resolve("audit.log.3.gz"), gzip("y\n".repeat(100_000), 250));
    try (AuditdLog follower = AuditdLog.open(log, 0)) {
      assertThat(read(follower)).startsWith("a").endsWith("b", "c");
      assertThat(follower.damage()).contains("is cut or damaged");
      write("d\n");
      assertThat(read(follower)).containsExactly("d");
    }
  }

  private static byte[] gzip(String text, int kept) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(text.getBytes(StandardCharsets.US_ASCII));
    }
    return Arrays.copyOf(out.toByteArray(), kept);
  }

  @Test
  void shouldWaitForALogThatIsBeingRenamed() throws IOException {
    write("a\n");
    try (AuditdLog follower = AuditdLog.open(log, 0)) {
      assertThat(read(follower)).containsExactly("a");
      rotate();
      assertThat(read(follower)).isEmpty();
      write("b\n");
      assertThat(read(follower)).containsExactly("b");
    }
  }

  @Test
  void shouldLeaveOutFilesOfLongAgo() throws IOException {
    write("a\n");
    Files.setLastModifiedTime(log, FileTime.fromMillis(999_999));
    rotate();
    write("b\n");
    try (AuditdLog follower = AuditdLog.open(log, 1_000_000)) {
      assertThat(read(follower)).containsExactly("b");
    }
  }
}
