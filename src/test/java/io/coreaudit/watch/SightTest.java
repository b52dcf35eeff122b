package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands at a path, on real directories and links.
final class SightTest {
  @TempDir private Path dir;

  @Test
  void shouldFollowALinkToADirectory() throws IOException {
    Path real = Files.createDirectory(dir.toRealPath().resolve("real"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), real);
    assertThat(Sight.of(link, "k").rule().path()).isEqualTo(real.toString());
  }

  @Test
  void shouldNotBeTurnedOnEverything() throws IOException {
    for (String most : new String[] {"/", "/usr", "/proc"}) {
      Path link =
          Files.createSymbolicLink(dir.resolve("to" + most.replace('/', '-')), Path.of(most));
      Sight sight = Sight.of(link, "k");
      assertThat(sight.watchable()).as(most).isFalse();
      assertThat(sight.reason())
          .isEqualTo("a symbolic link to %s: so much must be named itself", most);
      assertThat(Sight.of(Path.of(most), "k").watchable()).as(most).isTrue();
      Files.delete(link);
    }
    Path above = Files.createSymbolicLink(dir.resolve("above"), Path.of("/"));
    assertThat(Sight.of(above.resolve("usr"), "k").watchable()).isFalse();
    Files.delete(above);
  }

  @Test
  void shouldLookAtTheDirectoryOfAFileWhereverLinksLead() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("run"), Path.of("/usr"));
    assertThat(Sight.above(link.resolve("none"), "k")).isEqualTo(Sight.of(Path.of("/usr"), "k"));
    assertThat(Sight.above(dir.resolve("none/f"), "k").reason())
        .isEqualTo("no such file or directory");
    assertThat(Sight.above(Path.of("/"), "k").watchable()).isFalse();
  }

  @Test
  void shouldSayWhyThereIsNothingToWatch() throws IOException {
    assertThat(Sight.of(dir.resolve("none"), "k").reason()).isEqualTo("no such file or directory");
    Path dangling = Files.createSymbolicLink(dir.resolve("dangling"), dir.resolve("none"));
    assertThat(Sight.of(dangling, "k").reason()).isEqualTo("a symbolic link that leads nowhere");
    assertThat(Sight.of(Path.of("/dev/null"), "k").reason())
        .isEqualTo("neither a file nor a directory: the kernel would see no access to it");
  }
}
