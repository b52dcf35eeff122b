package io.coreaudit.rule;

/// What a line wants done with its rule.
public enum RuleVerb {
  /// Put at the end of its list: `-a`, `-w`.
  APPEND,

  /// Put in front of its list: `-A`.
  PREPEND,

  /// Taken away: `-d`, `-W`.
  DELETE
}
