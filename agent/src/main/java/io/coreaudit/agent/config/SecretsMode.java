package io.coreaudit.agent.config;

/// How mounted secrets are watched.
public enum SecretsMode {
  /// Attached to one directory that has rules.
  ANCHOR,
  /// By rules for each.
  RULE
}
