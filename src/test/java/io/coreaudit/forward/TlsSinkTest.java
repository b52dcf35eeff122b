package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class TlsSinkTest extends ForwarderScene {
  private static final SinkSettings.TcpTimings QUICK =
      new QuickTimings().handshake(Duration.ofSeconds(5)).made();

  @TempDir private static Path pems;
  private static Certificates files;

  private int spools;

  @BeforeAll
  static void makeCertificates() throws Exception {
    files = new Certificates(pems);
  }

  @Override
  void feed(long events, int textBytes) {
    if (feed != null) {
      feed.close();
    }
    feed = new FrameFeed(directory.resolve("spool" + spools++), events, textBytes);
  }

  private static TlsSettings trusting(String ca) {
    return new TlsSettings("sinks[0].tls", files.path(ca + ".pem"), null, null, null, null);
  }

  private static TlsSettings with(String certificate, String key, Path password) {
    return new TlsSettings(
        "sinks[0].tls",
        files.path("ca.pem"),
        files.path(certificate),
        files.path(key),
        password,
        null);
  }

  private void forward(int port, TlsSettings tls, SinkSettings.TcpTimings timings) {
    forward(
        new SinkSettings.Tcp("siem", "127.0.0.1", port, tls, 16 << 20, timings), new LineEncoder());
  }

  private void assertDelivers(ServerSocket server, TlsSettings tls, String protocol)
      throws Exception {
    try (var receiver = new LineReceiver(server)) {
      feed(2_000, 1_000);
      forward(receiver.port(), tls, QUICK);
      LineReceiver.await(() -> count(SinkCounter.EVENTS_SENT) == 2_000);
      assertThat(forwarder.state().text())
          .isEqualTo("connected to 127.0.0.1:" + receiver.port() + ", " + protocol);
      forwarder.stop(Duration.ofSeconds(10));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(11))).isTrue();
      assertThat(feed.acknowledged()).isEqualTo(2_000);
      assertThat(receiver.seqs()).isEqualTo(upTo(2_000));
    }
  }

  private void assertRefuses(int port, TlsSettings tls, String why) throws Exception {
    feed(10, 10);
    forward(port, tls, QUICK);
    awaitError(why);
  }

  private void assertServerIsRefused(ServerSocket server, TlsSettings tls, String why)
      throws Exception {
    try (var receiver = new LineReceiver(server)) {
      assertRefuses(receiver.port(), tls, why);
      assertThat(receiver.bytes()).isZero();
    }
  }

  @Test
  void shouldDeliverOverTls13AndCloseCleanly() throws Exception {
    assertDelivers(files.server("server", null), trusting("ca"), "TLSv1.3");
  }

  @Test
  void shouldDeliverOverTls12AndCloseCleanly() throws Exception {
    assertDelivers(files.server("server", null, "TLSv1.2"), trusting("ca"), "TLSv1.2");
  }

  @Test
  void shouldShowItsCertificate() throws Exception {
    assertDelivers(files.server("server", "ca"), with("client.pem", "client.key", null), "TLSv1.3");
  }

  @Test
  void shouldTakeAKeyInItsOlderForm() throws Exception {
    assertDelivers(
        files.server("server", "ca"), with("client.pem", "client-sec1.key", null), "TLSv1.3");
  }

  @Test
  void shouldOpenALockedKey() throws Exception {
    var password = files.path("password");
    assertDelivers(
        files.server("server", "ca"), with("client.pem", "client-locked.key", password), "TLSv1.3");
  }

  @Test
  void shouldReachAServerOfAnotherNameWhenToldItsName() throws Exception {
    var tls =
        new TlsSettings(
            "sinks[0].tls", files.path("ca.pem"), null, null, null, "elsewhere.example");
    assertDelivers(files.server("misnamed", null), tls, "TLSv1.3");
  }

  @Test
  void shouldRefuseAnUnknownCa() throws Exception {
    assertServerIsRefused(
        files.server("server", null),
        trusting("other-ca"),
        "the server's certificate is not signed by a CA of " + files.path("other-ca.pem"));
  }

  @Test
  void shouldRefuseAnUnknownCaByTheRunTimesOwn() throws Exception {
    assertServerIsRefused(
        files.server("server", null),
        new TlsSettings("sinks[0].tls", null, null, null, null, null),
        "not signed by a CA of the Java run time (set sinks[0].tls.ca)");
  }

  @Test
  void shouldRefuseAnExpiredServer() throws Exception {
    assertServerIsRefused(files.server("expired", null), trusting("ca"), "has expired (NotAfter");
  }

  @Test
  void shouldRefuseAServerOfAnotherName() throws Exception {
    assertServerIsRefused(
        files.server("misnamed", null),
        trusting("ca"),
        "the server's certificate is not for \"127.0.0.1\"");
  }

  @Test
  void shouldRefuseAnOldProtocol() throws Exception {
    ServerSocket server = files.server("server", null);
    server.close();
    Process old = sServer("-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    try {
      assertRefuses(port(old), trusting("ca"), "neither TLS 1.2 nor 1.3");
    } finally {
      old.destroy();
    }
  }

  @Test
  void shouldSayThatAClientCertificateIsWantedOverTls13() throws Exception {
    try (var receiver = new LineReceiver(files.server("server", "ca"))) {
      assertRefuses(
          receiver.port(), trusting("ca"), "asks for a client certificate and none is set");
    }
  }

  @Test
  void shouldSayThatAClientCertificateIsWantedOverTls12() throws Exception {
    assertServerIsRefused(
        files.server("server", "ca", "TLSv1.2"),
        trusting("ca"),
        "asks for a client certificate and none is set (sinks[0].tls.certificate)");
  }

  @Test
  void shouldSayThatItsCertificateIsNotAccepted() throws Exception {
    try (var receiver = new LineReceiver(files.server("server", "ca"))) {
      assertRefuses(receiver.port(), with("stranger.pem", "stranger.key", null), "our certificate");
    }
  }

  @Test
  void shouldTellAServerThatTalksInPlaintext() throws Exception {
    try (var server = LineReceiver.bound(0)) {
      Thread.ofPlatform().daemon().start(() -> greet(server));
      assertRefuses(server.getLocalPort(), trusting("ca"), "it does not speak TLS");
    }
  }

  private static void greet(ServerSocket server) {
    try {
      while (true) {
        server.accept().getOutputStream().write("220 hello there\r\n".getBytes());
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  @Test
  void shouldTellAServerThatOnlyListensInPlaintext() throws Exception {
    var impatient = new QuickTimings().handshake(Duration.ofMillis(300)).made();
    try (var receiver = new LineReceiver()) {
      feed(10, 10);
      forward(receiver.port(), trusting("ca"), impatient);
      awaitError("did not answer the TLS handshake within 300 ms");
    }
  }

  @Test
  void shouldTellAServerThatHangsUpDuringTheHandshake() throws Exception {
    try (var server = LineReceiver.bound(0)) {
      Thread.ofPlatform().daemon().start(() -> hangUp(server));
      assertRefuses(server.getLocalPort(), trusting("ca"), "cannot connect to 127.0.0.1");
      assertThat(forwarder.state().lastError()).containsAnyOf("closed the connection", "reset");
    }
  }

  private static void hangUp(ServerSocket server) {
    try {
      while (true) {
        var socket = server.accept();
        socket.getInputStream().read(new byte[4096]);
        socket.close();
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  @Test
  void shouldNameWhatIsWrongWithAFile() throws Exception {
    var locked = files.path("wrong-password");
    assertRefuses(
        1, trusting("missing"), "sinks[0].tls.ca: " + pems + "/missing.pem: no such file");
    restart();
    assertRefuses(1, trusting("no"), "sinks[0].tls.ca: " + pems + "/no.pem: ");
    restart();
    assertRefuses(
        1, with("client.pem", "client-locked.key", null), "is encrypted, and no password");
    restart();
    assertRefuses(
        1, with("client.pem", "client-locked.key", locked), "the password does not open it");
    restart();
    assertRefuses(
        1,
        with("client.pem", "client-locked.key", files.path("no-such-password")),
        "sinks[0].tls.key_password_file: " + pems + "/no-such-password: no such file");
    restart();
    assertRefuses(1, with("client.pem", "client-dsa.key", null), "a DSA PRIVATE KEY, not PKCS#8");
    restart();
    assertRefuses(
        1, with("client.pem", "server.key", null), "is not the key of the first certificate");
    restart();
    assertRefuses(
        1, with("late-client.pem", "late-client.key", null), "late-client.pem: expired on");
    restart();
    assertRefuses(1, with("client.pem", "no.pem", null), "holds no PEM private key");
  }

  private void restart() throws InterruptedException {
    forwarder.stop(Duration.ZERO);
    assertThat(forwarder.awaitEnd(Duration.ofSeconds(3))).isTrue();
  }

  @Test
  void shouldTakeARenewedCertificateWithoutARestart() throws Exception {
    Path certificate = files.path("renewed.pem");
    Path key = files.path("renewed.key");
    Files.copy(files.path("late-client.pem"), certificate);
    Files.copy(files.path("late-client.key"), key);
    try (var receiver = new LineReceiver(files.server("server", "ca"))) {
      assertRefuses(receiver.port(), with("renewed.pem", "renewed.key", null), "expired on");
      Files.writeString(key, Files.readString(files.path("client.key")));
      Files.writeString(certificate, Files.readString(files.path("client.pem")));
      LineReceiver.await(() -> receiver.seqs().size() == 10);
    }
  }

  @Test
  void shouldDeliverToOpenssl() throws Exception {
    Process server = sServer("-Verify", "1", "-CAfile", files.path("ca.pem").toString());
    try {
      feed(2_000, 100);
      forward(port(server), with("client.pem", "client.key", null), QUICK);
      var in = server.inputReader();
      String line = in.readLine();
      long expected = 1;
      while (expected < 2_000) {
        if (line.startsWith("AUDIT ")) {
          assertThat(line).startsWith("AUDIT " + expected++ + " x");
        }
        line = in.readLine();
      }
    } finally {
      server.destroy();
    }
  }

  /// Starts a server of openssl on a free port, which it prints first.
  private static Process sServer(String... options) throws IOException {
    var command =
        new java.util.ArrayList<>(
            List.of(
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-no_dhe",
                "-cert",
                files.path("server.pem").toString(),
                "-key",
                files.path("server.key").toString()));
    command.addAll(List.of(options));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static int port(Process server) throws IOException {
    var in = server.inputReader();
    String line = in.readLine();
    while (line != null && !line.startsWith("ACCEPT")) {
      line = in.readLine();
    }
    assertThat(line).isNotNull();
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).strip());
  }
}
