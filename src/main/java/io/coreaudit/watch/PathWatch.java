package io.coreaudit.watch;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.Inotify;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LinuxConstants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/// Tells when a name on the way to a watched path comes to stand for something else: a directory is
/// made, deleted, moved, exchanged, a symbolic link turned.
///
/// Each directory on the way is looked at, symbolic links followed, and only the one name in it
/// that leads on counts; of what is not there, the nearest directory that is. A mount over a
/// directory makes no such event. Of files whose text counts, it tells too when one was written.
/// One thread's own.
final class PathWatch implements AutoCloseable {
  private static final int MOST_LINKS = 40;

  private final Inotify inotify = new Inotify();
  private final Home home;

  /// The names that count, by the directory's number.
  private Map<Integer, Set<String>> names = new HashMap<>();

  /// What stands, or would, on the way to the paths.
  private Set<String> ways = Set.of();

  /// Why the kernel does not tell of all of them; empty when it does.
  private String trouble = "";

  /// @param home where the files lie whose text counts
  PathWatch(Home home) {
    this.home = home;
  }

  /// The descriptor to poll for POLLIN.
  int fd() {
    return inotify.fd();
  }

  /// Looks from now on after these paths, as they lead now.
  ///
  /// @param texts of what else it counts when it is written
  /// @return whether they lead elsewhere than when this was last asked
  boolean follow(Collection<Path> paths, Collection<Path> texts) {
    trouble = "";
    Map<Path, Set<String>> toPaths = new HashMap<>();
    for (Path path : paths) {
      trace(path, toPaths, 0);
    }
    ways = new HashSet<>();
    toPaths.forEach(
        (directory, leads) -> leads.forEach(name -> ways.add(directory.resolve(name).toString())));
    Map<Path, Set<String>> toTexts = new HashMap<>();
    Set<Path> written = new HashSet<>();
    Map<Integer, Set<String>> now = new HashMap<>();
    home.run(() -> texts.forEach(text -> written.add(trace(text, toTexts, 0))));
    // The one added last says what counts of a directory: here it must not be less than there.
    toPaths.forEach((directory, leads) -> add(directory, leads, written, now));
    home.run(() -> toTexts.forEach((directory, leads) -> add(directory, leads, written, now)));
    for (Integer number : names.keySet()) {
      if (!now.containsKey(number)) {
        inotify.remove(number);
      }
    }
    boolean changed = !now.equals(names);
    names = now;
    return changed;
  }

  /// All that stands on the way to the paths as they led when they were last followed: through
  /// symbolic links, and as far as there is anything.
  Set<String> ways() {
    return ways;
  }

  private void add(
      Path directory, Set<String> leads, Set<Path> written, Map<Integer, Set<String>> now) {
    int number = inotify.add(directory.toString(), written.contains(directory));
    if (number >= 0) {
      now.computeIfAbsent(number, n -> new HashSet<>()).addAll(leads);
    } else {
      refused(directory, number);
    }
  }

  private void refused(Path directory, int answer) {
    // What went just now changes the way to it, which is told.
    if (trouble.isEmpty() && answer != -Errno.ENOENT && answer != -Errno.ENOTDIR) {
      trouble =
          "changes of "
              + directory
              + " are noticed by the sweep only, within a minute: "
              + new KernelException(
                      "inotify_add_watch", answer, "raise the limit fs.inotify.max_user_watches")
                  .getMessage();
    }
  }

  /// Why changes of a name may be missed; empty when none is.
  String trouble() {
    return trouble;
  }

  /// Notes the names on the way to a path.
  ///
  /// @return the directory that is looked at last
  private static Path trace(Path path, Map<Path, Set<String>> into, int links) {
    Path directory = path.getRoot();
    Iterator<Path> parts = path.iterator();
    while (parts.hasNext()) {
      Path name = parts.next();
      if (name.toString().equals("..")) {
        directory = directory.getParent() == null ? directory : directory.getParent();
        continue;
      }
      if (name.toString().equals(".")) {
        continue;
      }
      into.computeIfAbsent(directory, d -> new HashSet<>()).add(name.toString());
      Path next = directory.resolve(name);
      if (Files.isSymbolicLink(next)) {
        Path target = target(next);
        if (target == null || links == MOST_LINKS) {
          return directory;
        }
        while (parts.hasNext()) {
          target = target.resolve(parts.next());
        }
        return trace(target, into, links + 1);
      }
      if (!Files.isDirectory(next)) {
        return directory;
      }
      directory = next;
    }
    return directory;
  }

  private static Path target(Path link) {
    try {
      return link.getParent().resolve(Files.readSymbolicLink(link));
    } catch (IOException gone) {
      return null;
    }
  }

  /// Takes what happened so far; whether any of it counts.
  boolean drain() {
    boolean[] counts = {false};
    inotify.drain(
        (directory, mask, name) -> {
          Set<String> leads = names.get(directory);
          counts[0] |=
              (mask & LinuxConstants.IN_Q_OVERFLOW) != 0
                  || leads != null && (name.isEmpty() || leads.contains(name));
        });
    return counts[0];
  }

  @Override
  public void close() {
    inotify.close();
  }
}
