package io.coreaudit.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RotatedSetsTest {
  @TempDir private Path dir;

  private static List<String> inOrder(String... files) throws IOException {
    return RotatedSets.inOrder(List.of(files).stream().map(Path::of).toList()).stream()
        .map(Path::toString)
        .toList();
  }

  @Test
  void shouldReadTheOldestFirst() throws IOException {
    assertThat(inOrder("audit.log", "audit.log.1", "audit.log.10.gz", "audit.log.2"))
        .containsExactly("audit.log.10.gz", "audit.log.2", "audit.log.1", "audit.log");
    assertThat(inOrder("audit.log", "audit.log-20260201.gz", "audit.log-20260101"))
        .containsExactly("audit.log-20260101", "audit.log-20260201.gz", "audit.log");
  }

  @Test
  void shouldKeepTheOrderOfFilesThatAreNoSet() throws IOException {
    assertThat(inOrder("b.log", "a.log", "b.log.1", "x/b.log.2"))
        .containsExactly("b.log.1", "b.log", "a.log", "x/b.log.2");
  }

  @Test
  void shouldTakeTheLogsOfADirectory() throws IOException {
    for (String name : List.of("audit.log", "audit.log.1", "audit.log.2.gz", "notes.txt")) {
      Files.createFile(dir.resolve(name));
    }
    assertThat(
            RotatedSets.inOrder(List.of(dir)).stream().map(Path::getFileName).map(Path::toString))
        .containsExactly("audit.log.2.gz", "audit.log.1", "audit.log");
  }
}
