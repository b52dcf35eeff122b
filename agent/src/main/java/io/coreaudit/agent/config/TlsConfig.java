package io.coreaudit.agent.config;

import io.coreaudit.forward.TlsSettings;
import java.nio.file.Path;

/// How a sink's connection is kept private, and who is trusted.
///
/// @param mode on or off, or auto
/// @param ca authorities that may vouch for the receiver; null: the system's
/// @param certificate what the agent shows; null: nothing
/// @param key its private key; null without certificate
/// @param keyPasswordFile file with the key's password; null: the key has none
/// @param serverName name in the receiver's certificate; null: the host of the address
public record TlsConfig(
    TlsMode mode, Path ca, Path certificate, Path key, Path keyPasswordFile, String serverName) {
  /// Checks the values.
  public TlsConfig {
    new Checks()
        .that(
            certificate == null || key != null,
            ConfigKey.SINK_TLS_CERTIFICATE,
            "needs its private key in tls.key")
        .that(
            key == null || certificate != null,
            ConfigKey.SINK_TLS_KEY,
            "needs its certificate in tls.certificate")
        .that(
            keyPasswordFile == null || key != null,
            ConfigKey.SINK_TLS_KEY_PASSWORD_FILE,
            "there is no tls.key to open with it")
        .that(
            mode != TlsMode.OFF || !given(ca, certificate, key, keyPasswordFile, serverName),
            ConfigKey.SINK_TLS,
            "is off, but there are keys below tls: expected on, or no such keys")
        .done();
  }

  /// Whether the connection is encrypted.
  public boolean enabled() {
    return mode == TlsMode.ON
        || mode == TlsMode.AUTO && given(ca, certificate, key, keyPasswordFile, serverName);
  }

  /// The same as a sink wants it; null: in plain text.
  ///
  /// @param where it stands in the configuration, for messages
  public TlsSettings settings(String where) {
    return enabled()
        ? new TlsSettings(where, ca, certificate, key, keyPasswordFile, serverName)
        : null;
  }

  private static boolean given(Object... values) {
    for (Object value : values) {
      if (value != null) {
        return true;
      }
    }
    return false;
  }
}
