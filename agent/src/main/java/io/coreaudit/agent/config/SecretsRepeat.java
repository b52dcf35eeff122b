package io.coreaudit.agent.config;

/// What becomes of a pod's reads of its own secrets.
public enum SecretsRepeat {
  /// Those that repeat one of the last minute are summed up.
  SUMMARISE,
  /// Each is an event.
  ALL
}
