package io.coreaudit.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.config.MetricsConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Metrics for other hosts: who is let in, and that renewed files are taken.
final class MetricsTlsTest {
  private static final String PROMETHEUS =
      "system:serviceaccount:openshift-monitoring:prometheus-k8s";

  @TempDir private Path dir;
  private final Readiness readiness = new Readiness();
  private Certificates files;
  private HttpServer server;

  @BeforeEach
  void makeFiles() throws Exception {
    files =
        new Certificates(dir)
            .authority("ca")
            .authority("stranger")
            .server("server", "ca")
            .client("prometheus", "ca", PROMETHEUS)
            .client("kubelet", "ca", "x,CN\\=" + PROMETHEUS)
            .client("other", "stranger", PROMETHEUS);
    copy("server.pem", "tls.crt");
    copy("server.key", "tls.key");
    copy("ca.pem", "ca.crt");
    assertThat(Files.readString(dir.resolve("tls.key"))).contains("BEGIN RSA PRIVATE KEY");
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private void copy(String from, String to) throws IOException {
    // As a mounted secret changes: another file stands at the path at once.
    Path fresh = Files.copy(files.path(from), dir.resolve(to + ".new"));
    Files.move(fresh, dir.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  private MetricsConfig config(String... clients) {
    return new MetricsConfig(
        new Address("127.0.0.1", 0),
        List.of(clients),
        dir.resolve("ca.crt"),
        dir.resolve("tls.crt"),
        dir.resolve("tls.key"));
  }

  private void start(String... clients) throws IOException {
    server =
        HttpServer.start(config(clients), new Metrics(), new Health(), readiness, Duration.ZERO);
  }

  private HttpResponse<String> get(String path, String ca, String client) throws Exception {
    URI uri = URI.create("https://127.0.0.1:" + server.port() + path);
    try (HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(files.trusting(ca, client))
            .build()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  @Test
  void shouldAnswerWhoShowsACertificate() throws Exception {
    start();
    HttpResponse<String> answer = get("/metrics", "ca", "prometheus");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("process_resident_memory_bytes");
    assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(get("/readyz", "ca", "prometheus").statusCode()).isEqualTo(503);
    assertThat(get("/metrics", "ca", "kubelet").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseEverybodyElse() throws Exception {
    start();
    assertThatThrownBy(() -> get("/metrics", "ca", null)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get("/metrics", "ca", "other")).isInstanceOf(IOException.class);
    try (Socket plain = new Socket("127.0.0.1", server.port())) {
      plain.setSoTimeout(10_000);
      plain
          .getOutputStream()
          .write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP", "process_");
    }
    assertThat(get("/metrics", "ca", "prometheus").statusCode()).as("others are").isEqualTo(200);
  }

  @Test
  void shouldLetInByName() throws Exception {
    start(PROMETHEUS);
    assertThat(get("/metrics", "ca", "prometheus").statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> get("/metrics", "ca", "kubelet")).isInstanceOf(IOException.class);
  }

  @Test
  void shouldTakeRenewedFilesAndKeepTheOldWhileTheyAreBroken() throws Exception {
    start();
    X509Certificate before = shown("ca");
    Files.writeString(dir.resolve("tls.crt"), "half a cert");
    assertThat(shown("ca")).isEqualTo(before);
    files.server("renewed", "stranger");
    copy("renewed.key", "tls.key");
    assertThat(shown("ca")).as("a key without its certificate").isEqualTo(before);
    copy("renewed.pem", "tls.crt");
    assertThat(shown("stranger")).isNotEqualTo(before);
  }

  private X509Certificate shown(String ca) throws Exception {
    return (X509Certificate)
        get("/metrics", ca, "prometheus").sslSession().orElseThrow().getPeerCertificates()[0];
  }

  @Test
  void shouldSayWhichFileIsWrong() throws Exception {
    Files.writeString(dir.resolve("tls.key"), "no key");
    assertThatThrownBy(() -> start())
        .isInstanceOf(IOException.class)
        .hasMessage("metrics.tls.key: " + dir.resolve("tls.key") + ": holds no PEM private key");
    Files.delete(dir.resolve("ca.crt"));
    assertThatThrownBy(() -> start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("metrics.tls: " + dir.resolve("ca.crt"));
  }
}
