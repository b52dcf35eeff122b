package io.coreaudit.agent.config;

/// What becomes of an event that is longer than a message may be.
public enum Oversize {
  /// It goes in several messages.
  SPLIT,
  /// What is too much is left out.
  CUT
}
