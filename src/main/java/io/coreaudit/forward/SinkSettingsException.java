package io.coreaudit.forward;

/// A setting of a sink that cannot be. The message begins with the key: `sinks[0].address: ...`.
public final class SinkSettingsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String key;

  SinkSettingsException(String key, String sentence) {
    super(key + ": " + sentence);
    this.key = key;
  }

  /// The key as the config file spells it: `sinks[0].address`.
  public String key() {
    return key;
  }
}
