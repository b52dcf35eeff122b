package io.coreaudit.watch;

import io.coreaudit.rule.WatchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// The empty directory whose rules hold for every secret: each tmpfs that carries one is attached
/// to it. So a thousand secrets cost a system call what one costs.
///
/// @param anchor the directory; made when it is not there
record AnchorClaim(Path anchor, String key) implements Claim {
  @Override
  public Watch.Kind kind() {
    return Watch.Kind.ANCHOR;
  }

  @Override
  public String name() {
    return anchor.toString();
  }

  @Override
  public boolean mayBeAbsent() {
    return false;
  }

  @Override
  public boolean absent() {
    return false;
  }

  @Override
  public boolean trustsHeld() {
    // What is attached to it would be lost; all is attached again at a start, and the canary hears.
    return true;
  }

  @Override
  public List<Path> places() {
    return List.of(anchor);
  }

  @Override
  public Wish look() {
    Sight sight = stand(anchor, key);
    if (!sight.watchable()) {
      return Wish.none(sight.reason());
    }
    WatchRule rule = sight.rule();
    return new Wish(rule.all(), Set.of(), List.of(sight), anchor, null);
  }

  /// What stands there, after the directory was made if it was not there.
  static Sight stand(Path anchor, String key) {
    try {
      if (!Files.isDirectory(anchor)) {
        Files.createDirectories(
            anchor,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      return Sight.none("cannot be made: " + e);
    }
    return Sight.of(anchor, key);
  }
}
