package io.coreaudit.agent.config;

/// How a kafka sink says who it is.
public enum SaslMechanism {
  /// Not at all, or by its certificate.
  NONE,
  /// Name and password as they are.
  PLAIN,
  /// A proof of the password, with SHA-256.
  SCRAM_SHA_256,
  /// A proof of the password, with SHA-512.
  SCRAM_SHA_512;

  /// As brokers know it.
  public String word() {
    return name().replace('_', '-');
  }
}
