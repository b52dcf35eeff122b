package io.coreaudit.origin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where the host's files are, as seen by a process that may run in a container.
///
/// Where process 1 has the same mount at `/` as the caller, that is `/`, else the root of process
/// 1. Where `watch.namespace` names a process, that one stands for process 1. Mounts are compared
///    because to read of them needs no capability, and each mount namespace has its own.
public final class HostRoot {
  private static final Path ROOT = Path.of("/");

  private HostRoot() {}

  /// The directory in which the host's `etc` lies; null when it cannot be reached.
  ///
  /// @param namespace `watch.namespace`, or null
  public static Path of(Path proc, String namespace) {
    String pid = namespace != null && namespace.matches("[0-9]+") ? namespace : "1";
    Path process = proc.resolve(pid);
    String host = rootMount(process);
    if (host != null && host.equals(rootMount(proc.resolve("self")))) {
      return ROOT;
    }
    Path root = process.resolve("root");
    return Files.isReadable(root.resolve("etc")) ? root : null;
  }

  /// Where a file of the host is.
  ///
  /// @param root where the host's files are
  /// @param path absolute, as the host has it
  public static Path file(Path root, Path path) {
    return root.resolve(ROOT.relativize(path));
  }

  /// The id of what a process has mounted at `/`, what lies on top; null when that is not known.
  private static String rootMount(Path process) {
    try {
      String id = null;
      Path mounts = process.resolve("mountinfo");
      for (String line : Files.readAllLines(mounts, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.split(" ", 6);
        if (fields.length == 6 && fields[4].equals("/")) {
          id = fields[0];
        }
      }
      return id;
    } catch (IOException unreadable) {
      return null;
    }
  }
}
