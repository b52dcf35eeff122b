package io.coreaudit.agent.config;

/// Where records come from.
public enum InputMode {
  /// The kernel's multicast group, beside auditd.
  MULTICAST,
  /// The kernel's one unicast slot, in place of auditd.
  UNICAST,
  /// Lines on standard input, as auditd gives them to a plugin.
  PLUGIN,
  /// Lines of files or pipes.
  FILE
}
