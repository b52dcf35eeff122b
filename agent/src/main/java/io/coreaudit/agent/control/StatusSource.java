package io.coreaudit.agent.control;

/// Where the answers come from. Called by the control thread: it looks at counters and asks nobody,
/// but for what a request wants done.
@FunctionalInterface
public interface StatusSource {
  /// How the agent is doing.
  StatusReport status();

  /// The answer to a request other than `status`: a record or a map; null when there is no such
  /// request.
  default Object answer(String request) {
    return null;
  }
}
