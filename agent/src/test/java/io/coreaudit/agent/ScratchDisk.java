package io.coreaudit.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file system of the test's own.
final class ScratchDisk implements AutoCloseable {
  private final Path path;
  private boolean frozen;

  private ScratchDisk(Path path) {
    this.path = path;
  }

  /// An ext4 in a file beside the mount point.
  static ScratchDisk ext4(Path at, String size) throws IOException, InterruptedException {
    Command.require("mkfs.ext4");
    Path image = Path.of(at + ".image");
    Command.run("truncate", "-s", size, image.toString());
    Command.run("mkfs.ext4", "-q", "-F", image.toString());
    Files.createDirectory(at);
    Command.run("mount", "-o", "loop", image.toString(), at.toString());
    return new ScratchDisk(at);
  }

  /// A tmpfs.
  ///
  /// @param options such as `size=1m`
  static ScratchDisk tmpfs(Path at, String options) throws IOException, InterruptedException {
    Files.createDirectory(at);
    Command.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", at.toString());
    return new ScratchDisk(at);
  }

  /// Lets every write to it hang.
  void freeze() throws IOException, InterruptedException {
    Command.require("fsfreeze");
    Command.run("fsfreeze", "-f", path.toString());
    frozen = true;
  }

  /// Ends that.
  void thaw() throws IOException, InterruptedException {
    if (frozen) {
      frozen = false;
      Command.run("fsfreeze", "-u", path.toString());
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      thaw();
      Command.run("umount", path.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
