package io.coreaudit.agent.config;

/// What becomes of the agent's rules at a clean stop.
public enum AtStop {
  /// Keep as a service, remove in the foreground.
  AUTO,
  /// They go on without the agent.
  KEEP,
  /// They go with the agent.
  REMOVE
}
