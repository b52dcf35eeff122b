package io.coreaudit.watch;

import io.coreaudit.rule.WatchRule;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/// What stands at a watched path at one moment: symbolic links are followed, and device and inode
/// tell it from what stands there under the same name later.
///
/// The kernel binds a rule to inodes when it is loaded and follows no symbolic link at the path's
/// end; a name that is given to another directory later is not its concern.
///
/// @param rule the rule on the real path; null when this cannot be watched
/// @param device the file system's device number
/// @param inode the inode's number
/// @param reason why it cannot be watched; empty when it can
record Sight(WatchRule rule, long device, long inode, String reason) {
  /// Who can turn a link above a watched path (a container with that directory of the host mounted)
  /// must not turn the watch on everything.
  private static final int FEWEST_NAMES = 2;

  private static final int S_IFMT = 0xF000;
  private static final int S_IFDIR = 0x4000;
  private static final int S_IFREG = 0x8000;

  /// Looks at a path.
  ///
  /// @param key the key of the rule
  static Sight of(Path path, String key) {
    return of(path, key, FEWEST_NAMES);
  }

  /// Looks at the directory that a file is in, or would be, wherever links lead to: the rule is on
  /// the file.
  ///
  /// @param key the key of the rule
  static Sight above(Path file, String key) {
    Path directory = file.getParent();
    return directory == null ? none("not in a directory") : of(directory, key, 0);
  }

  private static Sight of(Path path, String key, int fewestNames) {
    try {
      Path real = path.toRealPath();
      Map<String, Object> now =
          Files.readAttributes(real, "unix:mode,dev,ino", LinkOption.NOFOLLOW_LINKS);
      if (real.getNameCount() < fewestNames && !real.equals(path.normalize())) {
        return none("a symbolic link to " + real + ": so much must be named itself");
      }
      int kind = ((Number) now.get("mode")).intValue() & S_IFMT;
      if (kind != S_IFDIR && kind != S_IFREG) {
        return none("neither a file nor a directory: the kernel would see no access to it");
      }
      return new Sight(
          new WatchRule(real.toString(), kind == S_IFDIR, key),
          ((Number) now.get("dev")).longValue(),
          ((Number) now.get("ino")).longValue(),
          "");
    } catch (NoSuchFileException e) {
      return none(
          Files.isSymbolicLink(path)
              ? "a symbolic link that leads nowhere"
              : "no such file or directory");
    } catch (AccessDeniedException e) {
      return none("permission denied");
    } catch (FileSystemException e) {
      return none(e.getReason() == null ? e.getMessage() : e.getReason());
    } catch (IOException | IllegalArgumentException e) {
      return none(e.getMessage());
    }
  }

  /// Whether it lies on the file system of a device number.
  boolean isOn(int major, int minor) {
    // As glibc's makedev: the low 12 and the high 20 bits of the major, the rest the minor.
    long number =
        (major & 0xFFFFF000L) << 32
            | (major & 0xFFFL) << 8
            | (minor & 0xFFFFFF00L) << 12
            | minor & 0xFFL;
    return device == number;
  }

  /// Nothing that could be watched.
  static Sight none(String reason) {
    return new Sight(null, 0, 0, reason);
  }

  /// The same under its name, whatever file has it.
  Sight byName() {
    return new Sight(rule, 0, 0, reason);
  }

  /// What tells it from another as long as the host runs: `fd00:81`.
  String number() {
    return Long.toHexString(device) + ":" + Long.toHexString(inode);
  }

  /// Whether it can be watched.
  boolean watchable() {
    return rule != null;
  }
}
