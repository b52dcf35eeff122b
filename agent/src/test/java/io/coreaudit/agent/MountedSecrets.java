package io.coreaudit.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Secrets of pods below a folder of the test's, mounted as a kubelet does: a tmpfs each.
final class MountedSecrets implements AutoCloseable {
  /// The metric of how many are covered.
  static final String COVERED = "coreaudit_watches{kind=\"secret\",state=\"covered\"}";

  private final Path dir;
  private final List<Path> mounts = new ArrayList<>();

  MountedSecrets(Path dir) {
    this.dir = dir;
  }

  /// Mounts a secret, puts a token in it.
  Path mount(String volume) throws IOException, InterruptedException {
    return mount(Pods.uid(1), volume);
  }

  /// The same for the pod with this uid.
  Path mount(String uid, String volume) throws IOException, InterruptedException {
    Path place =
        Files.createDirectories(
            dir.resolve("pods")
                .resolve(uid)
                .resolve("volumes/kubernetes.io~secret")
                .resolve(volume));
    Command.run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", place.toString());
    mounts.add(place);
    return Files.writeString(place.resolve("token"), "x");
  }

  @Override
  public void close() throws IOException {
    for (Path mount : mounts) {
      unmount(mount);
    }
  }

  /// Takes a mount away, in use or not.
  static void unmount(Path mount) throws IOException {
    try {
      new ProcessBuilder("umount", "-l", mount.toString()).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
