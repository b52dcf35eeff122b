package io.coreaudit.event;

/// Where records come from, which decides what ends an event that has no end.
public enum AssemblerMode {
  /// The kernel, by netlink: the monotonic clock.
  LIVE,
  /// A file or pipe of text: the stamps of the records read, as libauparse does. No clock.
  FILE,
  /// Standard input of an auditd plugin: both.
  PLUGIN;

  boolean byClock() {
    return this != FILE;
  }

  boolean byStamps() {
    return this != LIVE;
  }
}
