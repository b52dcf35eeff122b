package io.coreaudit.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Authorities, a server's and clients' certificates, made by the real openssl. Each name has
/// `NAME.pem` and `NAME.key`.
public final class Certificates {
  private final Path dir;

  /// Makes nothing yet.
  public Certificates(Path dir) {
    this.dir = dir;
  }

  /// A file by its name.
  public Path path(String name) {
    return dir.resolve(name);
  }

  /// Makes an authority.
  public Certificates authority(String name) throws IOException, InterruptedException {
    openssl(
        ("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 10 -subj /CN="
                + name
                + (" -keyout " + name + ".key -out " + name + ".pem"))
            .split(" "));
    return this;
  }

  /// Makes a certificate for 127.0.0.1 with a key as OpenShift's service CA writes it (PKCS#1).
  public Certificates server(String name, String ca) throws IOException, InterruptedException {
    return signed(name, ca, name, "rsa:2048");
  }

  /// Makes a client's certificate.
  public Certificates client(String name, String ca, String commonName)
      throws IOException, InterruptedException {
    return signed(name, ca, commonName, "ec -pkeyopt ec_paramgen_curve:P-256");
  }

  private Certificates signed(String name, String ca, String commonName, String kind)
      throws IOException, InterruptedException {
    List<String> request = new ArrayList<>(List.of(("req -nodes -newkey " + kind).split(" ")));
    request.addAll(List.of("-keyout", "new.key", "-out", "new.csr", "-subj", "/CN=" + commonName));
    request.addAll(List.of("-addext", "subjectAltName=IP:127.0.0.1"));
    openssl(request.toArray(String[]::new));
    openssl(
        ("x509 -req -in new.csr -days 10 -copy_extensions copy -CAcreateserial"
                + (" -CA " + ca + ".pem -CAkey " + ca + ".key -out " + name + ".pem"))
            .split(" "));
    openssl("pkey", "-in", "new.key", "-traditional", "-out", name + ".key");
    openssl(
        ("pkcs12 -export -passout pass:p12 -in " + name + ".pem -inkey new.key -out " + name)
            .concat(".p12")
            .split(" "));
    return this;
  }

  private void openssl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
  }

  /// A client that trusts an authority and shows a certificate, or none when the name is null.
  public SSLContext trusting(String ca, String client) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(path(ca + ".pem"))) {
      Certificate authority = CertificateFactory.getInstance("X.509").generateCertificate(in);
      trusted.setCertificateEntry("ca", authority);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (client != null) {
      try (InputStream in = Files.newInputStream(path(client + ".p12"))) {
        own.load(in, "p12".toCharArray());
      }
    }
    keys.init(own, "p12".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
