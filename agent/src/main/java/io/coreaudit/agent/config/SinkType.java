package io.coreaudit.agent.config;

/// Where a sink's events go.
public enum SinkType {
  /// Standard output.
  STDOUT,
  /// A rotating file.
  FILE,
  /// A receiver over TCP, with or without TLS.
  TCP
}
