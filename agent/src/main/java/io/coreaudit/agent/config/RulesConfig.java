package io.coreaudit.agent.config;

import java.nio.file.Path;
import java.util.List;

/// Rules from files, and what becomes of the agent's rules.
///
/// @param atStop at a clean stop
/// @param packs names of packs, or paths of files
/// @param dir where packs of whoever runs the host lie
public record RulesConfig(AtStop atStop, List<String> packs, Path dir) {
  /// Copies the list.
  public RulesConfig {
    packs = List.copyOf(packs);
  }

  /// Whether the rules stay at a clean stop.
  ///
  /// @param service whether the agent runs as a service, not in somebody's terminal
  public boolean keepAtStop(boolean service) {
    return switch (atStop) {
      case AUTO -> service;
      case KEEP -> true;
      case REMOVE -> false;
    };
  }
}
