package io.coreaudit.watch;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.Mount;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps every file system that is mounted below a watched directory watched with it: a rule on a
/// directory covers what was mounted there when the rule was loaded, and no more.
///
/// Each is attached to the directory when it is seen, and all are to a directory that is watched
/// from then on: a mount may come between the rules and the word that they are there. To attach
/// what is attached already does no harm.
///
/// One thread tells of mounts, another of directories. Each notes first what is new to it and looks
/// then at what the other noted, so that one of them sees both.
final class MountsBelow {
  private static final Logger LOG = LoggerFactory.getLogger(MountsBelow.class);

  private final AuditKernel kernel;
  private final Map<Long, Mount> mounts = new ConcurrentHashMap<>();
  private volatile List<String> directories = List.of();

  MountsBelow(AuditKernel kernel) {
    this.kernel = kernel;
  }

  /// A mount is there, or somewhere else now.
  void mounted(Mount mount) {
    mounts.put(SecretTags.key(mount), mount);
    attach(mount, directories);
  }

  void gone(Mount mount) {
    mounts.remove(SecretTags.key(mount));
  }

  void clear() {
    mounts.clear();
  }

  /// Sets which directories are watched.
  ///
  /// @return those that were not: `attach` must follow for them
  List<String> watched(List<String> covered) {
    List<String> before = directories;
    directories = covered;
    return covered.equals(before)
        ? List.of()
        : covered.stream().filter(directory -> !before.contains(directory)).toList();
  }

  /// Attaches all that is mounted below directories that are watched from now on.
  void attach(List<String> fresh) {
    mounts.values().forEach(mount -> attach(mount, fresh));
  }

  private void attach(Mount mount, List<String> to) {
    String place = mount.mountPoint();
    for (String directory : to) {
      if (isBelow(place, directory)) {
        try {
          kernel.makeEquiv(directory, mount.mountPointBytes());
        } catch (KernelException e) {
          LOG.warn("{} below {} is not watched: {}", place, directory, e.getMessage());
        }
      }
    }
  }

  private static boolean isBelow(String place, String directory) {
    int length = directory.length();
    return directory.equals("/")
        ? place.length() > 1
        : place.length() > length && place.charAt(length) == '/' && place.startsWith(directory);
  }
}
