package io.coreaudit.agent.config;

import java.util.List;

/// A configuration that cannot be used, with everything that is wrong with it.
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // never serialized
  private final List<String> problems;

  /// Creates the refusal.
  ///
  /// @param problems one line each: where, which key, what is expected
  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /// One line each: where, which key, what is expected.
  public List<String> problems() {
    return problems;
  }
}
