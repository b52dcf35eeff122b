package io.coreaudit.watch;

import io.coreaudit.rule.WatchRule;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A directory with all below it, or a file, whatever stands there under its name.
///
/// @param path as the user wrote it
/// @param mayBeAbsent whether it is no fault when nothing is there
record PathClaim(Watch.Kind kind, Path path, String key, boolean mayBeAbsent) implements Claim {
  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public List<Path> places() {
    return List.of(path);
  }

  @Override
  public Wish look() {
    Sight sight = Sight.of(path, key);
    if (!sight.watchable()) {
      return Wish.none(sight.reason());
    }
    WatchRule rule = sight.rule();
    return new Wish(
        rule.all(),
        Set.of(),
        bound(sight),
        path,
        rule.path().equals(path.toString()) ? null : "rule on " + rule.path());
  }

  /// What the rules hang on. Of a file the kernel follows the name by itself, in the directory
  /// where it found it: a file that is replaced by renaming needs no rule anew.
  private List<Sight> bound(Sight sight) {
    WatchRule rule = sight.rule();
    return rule.directory()
        ? List.of(sight)
        : List.of(sight.byName(), Sight.above(Path.of(rule.path()), key));
  }

  @Override
  public boolean absent() {
    return !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }
}
