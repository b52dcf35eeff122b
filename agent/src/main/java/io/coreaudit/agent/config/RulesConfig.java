package io.coreaudit.agent.config;

/// What becomes of the agent's rules.
///
/// @param atStop at a clean stop
public record RulesConfig(AtStop atStop) {
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
