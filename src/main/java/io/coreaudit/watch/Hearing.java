package io.coreaudit.watch;

/// Whether the agent hears what the kernel says.
public enum Hearing {
  /// Not tried yet.
  UNKNOWN,
  /// The last canary was heard.
  GOOD,
  /// The last canary was not heard in time.
  DEAF
}
