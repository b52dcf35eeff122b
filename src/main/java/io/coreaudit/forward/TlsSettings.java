package io.coreaudit.forward;

import java.nio.file.Path;

/// How a connection is secured.
///
/// @param key where it stands in the configuration, for messages: `sinks.siem.tls`
/// @param ca PEM file of the CAs that may have signed the server's certificate; null: those of the
///   Java run time
/// @param certificate PEM file of our certificate and its chain; null: none
/// @param privateKey PEM file of our key, PKCS#8; null: none
/// @param keyPasswordFile file with the key's password in its first line, read at each connection
///   anew; null: the key is not encrypted
/// @param serverName the name that the certificate must be for; null: the address's host
public record TlsSettings(
    String key,
    Path ca,
    Path certificate,
    Path privateKey,
    Path keyPasswordFile,
    String serverName) {
  /// The name that the certificate must be for.
  ///
  /// @param host of the address
  String expectedName(String host) {
    return serverName == null ? host : serverName;
  }

  NamedFile caFile() {
    return new NamedFile(key + ".ca", ca);
  }

  NamedFile certificateFile() {
    return new NamedFile(key + ".certificate", certificate);
  }

  NamedFile privateKeyFile() {
    return new NamedFile(key + ".key", privateKey);
  }

  NamedFile passwordFile() {
    return new NamedFile(key + ".key_password_file", keyPasswordFile);
  }
}
