package io.coreaudit.agent.config;

import java.nio.file.Path;
import java.util.List;

/// Where the origin of events is looked for.
///
/// @param storage where containers are kept, as paths on the host
/// @param labels which labels of its pod an event carries
public record OriginConfig(List<Path> storage, List<String> labels) {
  /// Copies the lists.
  public OriginConfig {
    storage = List.copyOf(storage);
    labels = List.copyOf(labels);
  }
}
