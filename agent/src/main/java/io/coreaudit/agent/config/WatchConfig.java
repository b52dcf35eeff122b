package io.coreaudit.agent.config;

import io.coreaudit.mount.SecretMounts;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/// What is watched.
///
/// @param paths directories and files
/// @param etcd etcd and the control plane
/// @param secrets mounted secrets
/// @param namespace a process or a file that names the mount namespace; null: looked for
/// @param canaryNs time between two proofs that the agent hears; 0: none
public record WatchConfig(
    List<Path> paths, Etcd etcd, Secrets secrets, String namespace, long canaryNs) {
  /// Checks the values.
  public WatchConfig {
    paths = List.copyOf(paths);
    new Checks()
        .within(ConfigKey.WATCH_CANARY, canaryNs)
        .that(
            new HashSet<>(paths).size() == paths.size(),
            ConfigKey.WATCH_PATHS,
            "a path stands there twice: " + paths)
        .done();
  }

  /// etcd and the control plane.
  public record Etcd(SwitchWord enabled, List<Path> paths) {
    /// Copies the list.
    public Etcd {
      paths = List.copyOf(paths);
    }

    /// Whether they are watched at all.
    public boolean wanted(boolean live) {
      return enabled == SwitchWord.TRUE || enabled == SwitchWord.AUTO && live;
    }
  }

  /// Mounted secrets.
  ///
  /// @param match globs of mount points
  /// @param mostRules in mode rule
  /// @param repeat what becomes of a pod's reads of its own
  /// @param neverExe programs whose own reads are not recorded
  public record Secrets(
      SwitchWord enabled,
      List<String> match,
      SecretsMode mode,
      int mostRules,
      SecretsRepeat repeat,
      List<Path> neverExe) {
    /// Checks the values.
    public Secrets {
      match = List.copyOf(match);
      neverExe = List.copyOf(neverExe);
      new Checks()
          .within(ConfigKey.WATCH_SECRETS_MOST_RULES, mostRules)
          .that(globFault(match) == null, ConfigKey.WATCH_SECRETS_MATCH, globFault(match))
          .done();
    }

    private static String globFault(List<String> globs) {
      try {
        new SecretMounts(globs);
        return null;
      } catch (IllegalArgumentException e) {
        return e.getMessage();
      }
    }

    /// Whether they are watched.
    public boolean wanted(boolean live) {
      return enabled == SwitchWord.TRUE || enabled == SwitchWord.AUTO && live;
    }
  }
}
