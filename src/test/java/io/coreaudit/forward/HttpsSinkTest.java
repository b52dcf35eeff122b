package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.HttpReceiver.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP in TLS, to the JDK's own server, and through a proxy, which sees nothing of it.
@Timeout(60)
final class HttpsSinkTest extends HttpScene {
  private static final long EVENTS = 1_000;

  @TempDir private static Path pems;
  private static Certificates files;

  private final List<Long> taken = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  HttpsSinkTest() {
    timings = quick().handshake(Duration.ofSeconds(5)).made();
    gzip = true;
  }

  @BeforeAll
  static void makeCertificates() throws Exception {
    files = new Certificates(pems);
  }

  private HttpReceiver receiver(String certificate, String clientCa) throws Exception {
    return new HttpReceiver(
        asked -> {
          authorizations.add(asked.headers().getFirst("Authorization"));
          for (String line : asked.lines()) {
            taken.add(Long.parseLong(line.replaceAll(".*\"seq\":([0-9]+).*", "$1")));
          }
          return new Answer(200, "");
        },
        files.context(certificate, clientCa),
        clientCa != null);
  }

  private static TlsSettings trusting(String ca, String certificate, String name) {
    return new TlsSettings(
        "sinks.0.tls",
        files.path(ca + ".pem"),
        certificate == null ? null : files.path(certificate + ".pem"),
        certificate == null ? null : files.path(certificate + ".key"),
        null,
        name);
  }

  private void forward(int port, TlsSettings tls) throws IOException {
    this.tls = tls;
    feed(EVENTS, 100);
    forward(HttpDialect.LINES, "/in", port, new JsonLineEncoder());
  }

  private void shouldDeliver() throws Exception {
    LineReceiver.await(() -> feed.acknowledged() == EVENTS);
    assertThat(taken).isEqualTo(upTo(EVENTS));
    assertThat(authorizations).isNotEmpty().containsOnly("Bearer " + TOKEN);
  }

  private void shouldRefuse(String why) throws Exception {
    awaitError(why);
    assertThat(feed.acknowledged()).isZero();
    assertThat(taken).isEmpty();
    assertThat(authorizations).as("no token for who is not the receiver").isEmpty();
  }

  @Test
  void shouldDeliverInTls() throws Exception {
    try (var receiver = receiver("server", null)) {
      forward(receiver.port(), trusting("ca", null, null));
      shouldDeliver();
      assertThat(forwarder.state().text()).contains("TLSv1.3");
    }
  }

  @Test
  void shouldShowItsCertificate() throws Exception {
    try (var receiver = receiver("server", "ca")) {
      forward(receiver.port(), trusting("ca", "client", null));
      shouldDeliver();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"other-ca", "ca"})
  void shouldGiveNothingToWhoIsNotTheReceiver(String trusted) throws Exception {
    boolean stranger = trusted.equals("other-ca");
    try (var receiver = receiver(stranger ? "server" : "misnamed", null)) {
      forward(receiver.port(), trusting(trusted, null, null));
      shouldRefuse(stranger ? "is not signed by a CA of" : "is not for \"127.0.0.1\"");
    }
  }

  @Test
  void shouldDeliverInTlsThroughAProxyThatSeesNothingOfIt() throws Exception {
    try (var receiver = receiver("server", "ca");
        var proxy = new ConnectProxy(receiver.port())) {
      this.proxy = proxy.settings();
      forward(receiver.port(), trusting("ca", "client", null));
      shouldDeliver();
      assertThat(proxy.heads())
          .hasSizeGreaterThanOrEqualTo(2)
          .allSatisfy(
              head ->
                  assertThat(head)
                      .startsWith("CONNECT 127.0.0.1:" + receiver.port() + " HTTP/1.1")
                      .doesNotContain(TOKEN));
      assertThat(proxy.sent())
          .startsWith("\u0016\u0003") // a handshake of TLS
          .doesNotContain(TOKEN, "POST", "seq");
      assertThat(count(SinkCounter.FAILURES)).as("its first answer was 403").isPositive();
    }
  }

  @Test
  void shouldVerifyTheReceiverBehindAProxy() throws Exception {
    try (var receiver = receiver("misnamed", null);
        var proxy = new ConnectProxy(receiver.port())) {
      this.proxy = proxy.settings();
      forward(receiver.port(), trusting("ca", null, null));
      shouldRefuse("is not for \"127.0.0.1\"");
    }
  }
}
