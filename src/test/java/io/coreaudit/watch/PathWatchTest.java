package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PathWatchTest {
  private final PathWatch paths = new PathWatch(new Home());
  @TempDir private Path temp;
  private Path pack;
  private Path watched;

  @BeforeEach
  void prepare() throws Exception {
    Path dir = temp.toRealPath();
    Path real = Files.createDirectories(dir.resolve("packs"));
    pack = Files.createFile(real.resolve("p.rules"));
    watched = Files.createFile(Files.createDirectory(dir.resolve("w")).resolve("file"));
    Path linked = Files.createSymbolicLink(dir.resolve("link"), real);
    assertThat(paths.follow(List.of(watched), List.of(linked.resolve("p.rules")))).isTrue();
    assertThat(paths.follow(List.of(watched), List.of(linked.resolve("p.rules")))).isFalse();
  }

  @AfterEach
  void close() {
    paths.close();
  }

  private static void append(Path file) throws Exception {
    Files.writeString(file, "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void shouldTellThatATextWasWrittenInPlace() throws Exception {
    append(pack);
    assertThat(paths.drain()).isTrue();
    append(pack.resolveSibling("another"));
    assertThat(paths.drain()).as("nobody's text").isFalse();
  }

  @Test
  void shouldNotTellThatAWatchedFileWasWritten() throws Exception {
    append(watched);
    assertThat(paths.drain()).isFalse();
  }

  @Test
  void shouldTellThatANameStandsForSomethingElse() throws Exception {
    Files.move(watched, watched.resolveSibling("old"));
    assertThat(paths.drain()).isTrue();
    Files.createFile(watched);
    assertThat(paths.drain()).isTrue();
    Files.createFile(watched.resolveSibling("other"));
    assertThat(paths.drain()).isFalse();
    Files.move(pack.getParent(), pack.getParent().resolveSibling("moved"));
    assertThat(paths.drain()).isTrue();
  }
}
