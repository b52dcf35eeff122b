package io.coreaudit.agent.config;

/// Whether something is done: as the words say, or where it makes sense.
public enum SwitchWord {
  /// Where it makes sense.
  AUTO,
  /// Always.
  TRUE,
  /// Never.
  FALSE
}
