package io.coreaudit.mount;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Whether what is mounted in one mount namespace arrives in another, by what their tables say.
///
/// A service whose unit restricts its files has a namespace of its own, which is a slave of the
/// host's: each mount of the host comes there too, so nobody has to enter the host's. A kubelet in
/// a namespace of its own (kubens) is such a slave itself, and what it mounts comes to nobody.
final class Propagation {
  /// Where volumes are mounted, and the way there: those that are mounts must pass theirs on.
  private static final List<String> WAY =
      List.of("/", "/var", "/var/lib", "/var/lib/kubelet", "/var/lib/kubelet/pods");

  private static final int POINT = 4;
  private static final int OPTIONAL = 6;

  private Propagation() {}

  /// Whether mounts of a process's namespace arrive in the caller's. Not where a table cannot be
  /// read.
  static boolean reachesCaller(Path process) {
    try (Stream<String> from = Files.lines(process.resolve("mountinfo"), ISO_8859_1);
        Stream<String> to = Files.lines(Path.of("/proc/thread-self/mountinfo"), ISO_8859_1)) {
      return reaches(from, to);
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /// Whether mounts of one table's namespace arrive in that of the other.
  static boolean reaches(Stream<String> from, Stream<String> to) {
    Map<String, Set<String>> passedOn = groups(from, Set.of("shared"));
    Map<String, Set<String>> taken = groups(to, Set.of("shared", "master", "propagate_from"));
    for (Map.Entry<String, Set<String>> mount : passedOn.entrySet()) {
      Set<String> common = new HashSet<>(taken.getOrDefault(mount.getKey(), Set.of()));
      common.retainAll(mount.getValue());
      if (common.isEmpty()) {
        return false;
      }
    }
    return passedOn.containsKey("/");
  }

  /// The peer groups of the mounts on the way, by mount point; of several at one the last counts,
  /// which hides the others.
  private static Map<String, Set<String>> groups(Stream<String> table, Set<String> kinds) {
    Map<String, Set<String>> groups = new HashMap<>();
    table.forEach(
        line -> {
          String[] fields = line.split(" ");
          if (fields.length > OPTIONAL && WAY.contains(fields[POINT])) {
            Set<String> found = new HashSet<>();
            for (int i = OPTIONAL; i < fields.length && !fields[i].equals("-"); i++) {
              String[] words = fields[i].split(":", 2);
              if (words.length == 2 && kinds.contains(words[0])) {
                found.add(words[1]);
              }
            }
            groups.put(fields[POINT], found);
          }
        });
    return groups;
  }
}
