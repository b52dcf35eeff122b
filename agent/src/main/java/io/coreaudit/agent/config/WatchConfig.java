package io.coreaudit.agent.config;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/// What is watched.
///
/// @param paths directories and files
/// @param canaryNs time between two proofs that the agent hears; 0: none
public record WatchConfig(List<Path> paths, long canaryNs) {
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
}
