package io.coreaudit.agent.doctor;

import java.util.Locale;

/// How one thing stands.
public enum Verdict {
  /// As it should be.
  GOOD,
  /// Weaker than it could be, or worth knowing.
  WARN,
  /// Something is not seen, or lost, or cannot work.
  BAD,
  /// It was not looked at, or is not here.
  SKIPPED;

  /// The word for people: `good`.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
