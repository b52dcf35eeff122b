package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// The tarball that the build has made.
final class Tarball {
  static final String VERSION = System.getProperty("coreaudit.version");
  static final Path FILE =
      Path.of("target", "coreaudit-" + VERSION + "-linux-x86_64.tar.gz").toAbsolutePath();

  private Tarball() {}

  /// Skips where none is made: on another machine than x86_64.
  static void require() {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "the tarball is for x86_64");
    assertThat(FILE).as("mvn package makes it").exists();
  }

  /// Unpacks it into a folder.
  ///
  /// @return what was in it
  static Path unpack(Path folder) throws Exception {
    require();
    Files.createDirectories(folder);
    Command.run("tar", "-x", "-C", folder.toString(), "-f", FILE.toString());
    return folder.resolve("coreaudit-" + VERSION);
  }
}
