package io.coreaudit.forward;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/// CAs, certificates and keys for one test run, made by the real openssl.
final class Certificates {
  static final String KEY_PASSWORD = "a test's own";

  private final Path directory;

  Certificates(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    authority("ca");
    authority("other-ca");
    leaf("server", "ca", 10, "IP:127.0.0.1,DNS:localhost");
    leaf("misnamed", "ca", 10, "DNS:elsewhere.example");
    leaf("expired", "ca", -1, "IP:127.0.0.1");
    leaf("client", "ca", 10, "DNS:node-1");
    leaf("stranger", "other-ca", 10, "DNS:node-1");
    leaf("late-client", "ca", -1, "DNS:node-1");
    openssl(
        "pkcs8",
        "-topk8",
        "-in",
        "client.key",
        "-out",
        "client-locked.key",
        "-v2",
        "aes-256-cbc",
        "-passout",
        "pass:" + KEY_PASSWORD);
    openssl("ec", "-in", "client.key", "-out", "client-sec1.key");
    Files.writeString(
        directory.resolve("client-dsa.key"),
        "-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----\n");
    Files.writeString(directory.resolve("password"), KEY_PASSWORD + "\n");
    Files.writeString(directory.resolve("wrong-password"), "guess\n");
    Files.writeString(directory.resolve("no.pem"), "nothing\n");
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  private void authority(String name) throws IOException, InterruptedException {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        name + ".key",
        "-out",
        name + ".pem",
        "-subj",
        "/CN=" + name,
        "-days",
        "10");
  }

  private void leaf(String name, String ca, int days, String names)
      throws IOException, InterruptedException {
    openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        name + ".key",
        "-out",
        name + ".csr",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=" + names);
    openssl(
        "x509",
        "-req",
        "-in",
        name + ".csr",
        "-CA",
        ca + ".pem",
        "-CAkey",
        ca + ".key",
        "-CAcreateserial",
        "-days",
        Integer.toString(days),
        "-copy_extensions",
        "copy",
        "-out",
        name + ".pem");
    openssl(
        "pkcs12",
        "-export",
        "-in",
        name + ".pem",
        "-inkey",
        name + ".key",
        "-out",
        name + ".p12",
        "-passout",
        "pass:p12");
  }

  private void openssl(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said;
    try (InputStream out = process.getInputStream()) {
      said = new String(out.readAllBytes());
    }
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + said);
    }
  }

  /// A listening TLS server of the JDK.
  ///
  /// @param clientCa the CA whose clients are let in; null: everybody
  ServerSocket server(String certificate, String clientCa, String... protocols)
      throws IOException, GeneralSecurityException {
    var socket =
        (SSLServerSocket)
            context(certificate, clientCa)
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    socket.setNeedClientAuth(clientCa != null);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  /// What a TLS server of the JDK needs.
  ///
  /// @param clientCa the CA whose clients are known; null: that of the server
  SSLContext context(String certificate, String clientCa)
      throws IOException, GeneralSecurityException {
    var keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(path(certificate + ".p12"))) {
      keys.load(in, "p12".toCharArray());
    }
    var keyManagers = KeyManagerFactory.getInstance("PKIX");
    keyManagers.init(keys, "p12".toCharArray());
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in =
        Files.newInputStream(path((clientCa == null ? "ca" : clientCa) + ".pem"))) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    var trustManagers = TrustManagerFactory.getInstance("PKIX");
    trustManagers.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    return context;
  }
}
