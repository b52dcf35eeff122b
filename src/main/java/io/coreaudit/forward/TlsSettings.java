package io.coreaudit.forward;

import java.nio.file.Path;

/// How a connection is secured.
///
/// @param key where it stands in the configuration: `sinks[0].tls`
/// @param enabled false: plaintext, spelled out
/// @param ca PEM file of the CAs that may have signed the server's certificate; null: those of the
///   Java run time
/// @param certificate PEM file of our certificate and its chain; null: none
/// @param privateKey PEM file of our key, PKCS#8; null: none
/// @param keyPassword where the key's password is; null: the key is not encrypted
/// @param verifyName whether the certificate must be for the host that was asked for
/// @param serverName the name that the certificate must be for; null: the address's host
public record TlsSettings(
    String key,
    boolean enabled,
    Path ca,
    Path certificate,
    Path privateKey,
    KeyPassword keyPassword,
    boolean verifyName,
    String serverName) {

  /// Where a password is read from, at each connection anew. It stands in no settings.
  public sealed interface KeyPassword {
    /// The first line of a file.
    record InFile(Path path) implements KeyPassword {}

    /// An environment variable.
    record InVariable(String name) implements KeyPassword {}
  }

  /// Checks.
  public TlsSettings {
    if (certificate != null && privateKey == null) {
      throw new SinkSettingsException(key + ".key", "is missing: a certificate needs its key");
    }
    if (privateKey != null && certificate == null) {
      throw new SinkSettingsException(
          key + ".certificate", "is missing: a key needs its certificate");
    }
    if (keyPassword != null && privateKey == null) {
      throw new SinkSettingsException(key + ".key", "is missing: there is a password for it");
    }
    checkAbsolute(key + ".ca", ca);
    checkAbsolute(key + ".certificate", certificate);
    checkAbsolute(key + ".key", privateKey);
    if (keyPassword instanceof KeyPassword.InFile(Path path)) {
      checkAbsolute(key + ".key_password_file", path);
    }
    if (!enabled && (ca != null || certificate != null)) {
      throw new SinkSettingsException(key, "is off, yet a ca or certificate is given");
    }
  }

  /// Plaintext, spelled out.
  public static TlsSettings off(String key) {
    return new TlsSettings(key, false, null, null, null, null, true, null);
  }

  /// TLS with the CAs of the Java run time.
  public static TlsSettings on(String key) {
    return new TlsSettings(key, true, null, null, null, null, true, null);
  }

  private static void checkAbsolute(String key, Path path) {
    if (path != null && !path.isAbsolute()) {
      throw new SinkSettingsException(key, "\"" + path + "\" is not an absolute path");
    }
  }
}
