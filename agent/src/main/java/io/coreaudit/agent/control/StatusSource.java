package io.coreaudit.agent.control;

/// Where the answer to `status` comes from. Called by the control thread: it looks at counters and
/// asks nobody.
@FunctionalInterface
public interface StatusSource {
  /// How the agent is doing.
  StatusReport status();
}
