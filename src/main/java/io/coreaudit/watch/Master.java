package io.coreaudit.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether this host is a master, by what lies on its disk. Once it was one, it is one until the
/// next boot: who restores etcd moves all of that aside for a while, and just then backups and keys
/// are handled; who wants to be unseen could do the same.
///
/// What was found is written beside the file of our rules, where a reboot clears it, so that a
/// later start knows it too. One thread's own.
final class Master {
  private static final Logger LOG = LoggerFactory.getLogger(Master.class);

  /// Of OpenShift 4, of its restores, and of OpenShift 3.
  private static final List<String> SIGNS =
      List.of(
          "etc/kubernetes/manifests/etcd-pod.yaml",
          "etc/kubernetes/static-pod-resources/etcd-certs",
          "var/lib/etcd/member",
          "var/lib/etcd-backup",
          "etc/origin/node/pods/etcd.yaml");

  private final Path root;
  private final Path file;
  private final Home home;
  private boolean known;
  private boolean written;

  /// @param root of the host's files
  /// @param file where it is written down
  /// @param home where that file lies
  Master(Path root, Path file, Home home) {
    this.root = root;
    this.file = file;
    this.home = home;
  }

  /// The one of the host whose paths mean to whoever asks what they mean to it.
  ///
  /// @param stateFile beside which it is written down
  /// @param home where that file lies
  static Master of(Path stateFile, Home home) {
    return new Master(Path.of("/"), stateFile.resolveSibling("master"), home);
  }

  /// Whether it is one. Writes nothing.
  boolean is() {
    known =
        known
            || home.call(() -> Files.exists(file))
            || SIGNS.stream().anyMatch(sign -> Files.exists(root.resolve(sign)));
    return known;
  }

  /// Whether it is one; that it is, is written down.
  boolean remember() {
    if (is() && !written) {
      written = true;
      home.run(this::write);
    }
    return known;
  }

  private void write() {
    try {
      if (!Files.exists(file)) {
        StateFile.write(file, List.of());
      }
    } catch (IOException e) {
      LOG.warn(
          "cannot write {}: {} (a later start of this boot must see anew that this host is a"
              + " master)",
          file,
          e.getMessage());
    }
  }
}
