package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.FileSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A small file system of its own, gone with everything on it at the close.
final class ScratchMount implements AutoCloseable {
  /// What is mounted.
  enum Kind {
    EXT4(40),
    XFS(512),
    TMPFS(40),
    RAMFS(0);

    private final int megabytes;

    Kind(int megabytes) {
      this.megabytes = megabytes;
    }
  }

  private final Path scratch;
  private final Path point;

  /// The build may be ended in the middle of a test.
  private final Thread hook = new Thread(this::close);

  private ScratchMount(Path scratch, Path point) {
    this.scratch = scratch;
    this.point = point;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  static ScratchMount of(Kind kind) throws IOException, InterruptedException {
    need("root, to mount " + kind, "root".equals(System.getProperty("user.name")));
    if (kind == Kind.XFS) {
      need("mkfs.xfs (Debian: xfsprogs)", Files.exists(Path.of("/usr/sbin/mkfs.xfs")));
    }
    Path scratch = Files.createTempDirectory("coreaudit-mount");
    Path point = Files.createDirectory(scratch.resolve("point"));
    ScratchMount mount = new ScratchMount(scratch, point);
    try {
      if (kind == Kind.RAMFS) {
        run("mount", "-t", "ramfs", "none", point.toString());
      } else if (kind == Kind.TMPFS) {
        run("mount", "-t", "tmpfs", "-o", "size=" + kind.megabytes + "m", "none", point.toString());
      } else {
        Path image = scratch.resolve("image");
        // All of the image's room too: the file system under test is to be full, not the one below.
        assertThat(FileSpace.reserve(image.toString(), (long) kind.megabytes << 20)).isZero();
        if (kind == Kind.XFS) {
          run("/usr/sbin/mkfs.xfs", "-q", image.toString());
        } else {
          run("/usr/sbin/mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096", image.toString());
        }
        run("mount", "-o", "loop", image.toString(), point.toString());
      }
      return mount;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      mount.close();
      throw e;
    }
  }

  /// Goes on if there is what a test needs. Otherwise the test is skipped with that reason, and
  /// fails where it must not be skipped (CI).
  static void need(String what, boolean isThere) {
    if (!isThere && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("this test must run in CI and needs " + what);
    }
    Assumptions.assumeTrue(isThere, "needs " + what);
  }

  static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command) + ": " + output).isZero();
  }

  Path point() {
    return point;
  }

  /// Where files go that are not to be on the mount.
  Path scratch() {
    return scratch;
  }

  @Override
  public synchronized void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is what calls.
    }
    if (Files.notExists(scratch)) {
      return;
    }
    try {
      unmountAndDelete();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("left over: " + scratch, e);
    }
  }

  private void unmountAndDelete() throws IOException, InterruptedException {
    // A loop device goes with its mount.
    for (int tries = 0; tries < 50 && isMounted(); tries++) {
      new ProcessBuilder("umount", point.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      if (isMounted()) {
        Thread.sleep(100);
      }
    }
    if (isMounted()) {
      run("umount", "-l", point.toString());
    }
    try (var files = Files.walk(scratch)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(SpoolFiles::delete);
    }
  }

  private boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + point + " ");
  }
}
