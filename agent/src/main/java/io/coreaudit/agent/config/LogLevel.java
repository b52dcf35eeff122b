package io.coreaudit.agent.config;

/// How much the agent says.
public enum LogLevel {
  /// What stops the agent or loses events.
  ERROR,
  /// What an operator should look at.
  WARN,
  /// Start, stop, changes.
  INFO,
  /// Everything, with stack traces.
  DEBUG
}
