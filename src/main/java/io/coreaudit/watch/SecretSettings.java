package io.coreaudit.watch;

import io.coreaudit.mount.SecretMounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// How mounted secrets are watched.
///
/// @param anchor the directory that they are attached to; the agent's own
/// @param match which mounts are secrets
/// @param eachItsRule rules for each of them instead (`mode: rule`)
/// @param mostRules of so many secrets at most, then
/// @param unseen programs whose own reads are not recorded
public record SecretSettings(
    Path anchor, List<String> match, boolean eachItsRule, int mostRules, List<Path> unseen) {
  /// The key of every event of a secret.
  public static final String KEY = "openshift_secret";

  /// Checks the globs.
  ///
  /// @throws IllegalArgumentException naming the glob that is none
  public SecretSettings {
    match = List.copyOf(match);
    unseen = List.copyOf(unseen);
    new SecretMounts(match);
  }

  /// What of it only a start sets, by its key in the configuration: whoever follows the mounts
  /// holds it as long as the agent runs.
  Map<String, Object> fixed() {
    return Map.of(
        "run.dir",
        anchor.getParent(),
        "watch.secrets.match",
        match,
        "watch.secrets.mode",
        eachItsRule ? "rule" : "anchor",
        "watch.secrets.most_rules",
        mostRules);
  }
}
