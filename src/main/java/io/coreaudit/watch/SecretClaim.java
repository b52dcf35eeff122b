package io.coreaudit.watch;

import io.coreaudit.mount.Mount;
import io.coreaudit.rule.WatchRule;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// One mounted secret with rules of its own (`watch.secrets.mode: rule`). The kernel takes them
/// away with the mount.
record SecretClaim(Mount mount, String key) implements Claim {
  @Override
  public Watch.Kind kind() {
    return Watch.Kind.SECRET;
  }

  @Override
  public String name() {
    return mount.mountPoint();
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
  public List<Path> places() {
    // The mount table tells when it comes and goes.
    return List.of();
  }

  @Override
  public Wish look() {
    Sight sight;
    try {
      sight = Sight.of(Path.of(mount.mountPoint()), key);
    } catch (InvalidPathException e) {
      return Wish.none("a rule cannot name a path that is no UTF-8: use mode anchor");
    }
    if (!sight.watchable()) {
      return Wish.none(sight.reason());
    }
    if (!sight.isOn(mount.major(), mount.minor())) {
      return Wish.none("another file system is mounted over it, or it was just unmounted");
    }
    WatchRule rule = sight.rule();
    return new Wish(rule.all(), Set.of(), List.of(sight), null, null);
  }
}
