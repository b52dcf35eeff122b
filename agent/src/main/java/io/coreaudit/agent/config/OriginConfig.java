package io.coreaudit.agent.config;

import java.nio.file.Path;
import java.util.List;

/// Where the origin of events is looked for.
///
/// @param storage where containers are kept, as paths on the host
/// @param labels which labels of its pod an event carries
/// @param containerRate most events a second of one container; 0: no bound
public record OriginConfig(List<Path> storage, List<String> labels, int containerRate) {
  /// Checks the values.
  public OriginConfig {
    storage = List.copyOf(storage);
    labels = List.copyOf(labels);
    new Checks().within(ConfigKey.ORIGIN_CONTAINER_RATE, containerRate).done();
  }
}
