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
    String serverName) {}
