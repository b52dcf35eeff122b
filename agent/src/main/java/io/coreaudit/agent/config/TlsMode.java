package io.coreaudit.agent.config;

/// Whether a sink encrypts.
public enum TlsMode {
  /// On when TLS settings are given, off to a loopback address.
  AUTO,
  /// Plain text.
  OFF,
  /// TLS, the receiver verified.
  ON
}
