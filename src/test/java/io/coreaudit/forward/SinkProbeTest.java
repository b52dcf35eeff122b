package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SinkProbeTest {
  private static final Duration WITHIN = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir private static Path directory;
  private static Certificates files;

  @BeforeAll
  static void makeFiles() throws Exception {
    files = new Certificates(directory);
  }

  private static TlsSettings trusting(String ca) {
    return new TlsSettings("tls", files.path(ca + ".pem"), null, null, null, null);
  }

  private static ServerSocket plain() throws IOException {
    return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  /// Takes each connection, and in TLS its handshake.
  private static void serve(ServerSocket server) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try {
                  var client = server.accept();
                  if (client instanceof SSLSocket secured) {
                    secured.startHandshake();
                  }
                } catch (IOException e) {
                  continue; // who was not let in
                }
              }
            });
  }

  private static void shouldFail(int port, TlsSettings tls, Duration within, String why) {
    assertThatThrownBy(() -> SinkProbe.reach("127.0.0.1", port, tls, within))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
  }

  @Test
  void shouldReachWhoListens() throws Exception {
    try (ServerSocket server = plain()) {
      assertThat(SinkProbe.reach("127.0.0.1", server.getLocalPort(), null, WITHIN))
          .isEqualTo("127.0.0.1:" + server.getLocalPort() + ", plain text");
    }
    try (ServerSocket server = files.server("server", null)) {
      serve(server);
      assertThat(SinkProbe.reach("127.0.0.1", server.getLocalPort(), trusting("ca"), WITHIN))
          .isEqualTo("127.0.0.1:" + server.getLocalPort() + ", TLSv1.3");
    }
  }

  @Test
  void shouldSayWhyItDoesNot() throws Exception {
    int nobody;
    try (ServerSocket server = plain()) {
      nobody = server.getLocalPort();
      shouldFail(nobody, trusting("ca"), SHORT, "no answer within 300 ms");
    }
    shouldFail(nobody, null, WITHIN, "nothing listens there");
    try (ServerSocket server = files.server("server", null)) {
      serve(server);
      shouldFail(server.getLocalPort(), trusting("other-ca"), WITHIN, "is not signed by a CA of");
      shouldFail(
          server.getLocalPort(), trusting("missing"), WITHIN, "tls.ca: " + directory + "/missing");
    }
    try (ServerSocket server = files.server("misnamed", null)) {
      serve(server);
      shouldFail(server.getLocalPort(), trusting("ca"), WITHIN, "is not for \"127.0.0.1\"");
    }
    assertThatThrownBy(() -> SinkProbe.reach("no.such.host.invalid", 1, null, WITHIN))
        .hasMessage("the name no.such.host.invalid does not resolve");
  }
}
