package io.coreaudit.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.agent.config.Address;
import io.coreaudit.telemetry.CounterKey;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HttpServerTest {
  private static final long REQUEST_MILLIS = 700;

  private enum Key implements CounterKey {
    EVENTS,
    DEPTH {
      @Override
      public boolean gauge() {
        return true;
      }
    };

    @Override
    public String sentence() {
      return "What " + name() + " counts.";
    }
  }

  private final Metrics metrics = new Metrics();
  private final Health health = new Health();
  private final Readiness readiness = new Readiness();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        HttpServer.start(new Address("127.0.0.1", 0), metrics, health, readiness, REQUEST_MILLIS);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldTellCountersByStageAndKey() throws Exception {
    Counters<Key> intake = new Counters<>("intake", Key.class);
    Counters<Key> siem = new Counters<>("sink", Key.class);
    Counters<Key> disk = new Counters<>("sink", Key.class);
    metrics.bind(intake);
    metrics.bind(siem, "sink", "siem");
    metrics.bind(disk, "sink", "disk");
    intake.add(Key.EVENTS, 41);
    intake.increment(Key.EVENTS);
    intake.set(Key.DEPTH, 7);
    siem.add(Key.EVENTS, 3);
    System.gc(); // what a counter reads must not be held weakly
    HttpResponse<String> answer = get("/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue(Answers.PROMETHEUS_TEXT);
    assertThat(answer.body())
        .contains(
            "# HELP coreaudit_intake_events_total What EVENTS counts.\n",
            "\ncoreaudit_intake_events_total 42.0\n",
            "# TYPE coreaudit_intake_depth gauge\n",
            "\ncoreaudit_intake_depth 7.0\n",
            "\ncoreaudit_sink_events_total{sink=\"siem\"} 3.0\n",
            "\ncoreaudit_sink_events_total{sink=\"disk\"} 0.0\n");
    assertThat(answer.body()).containsPattern("\nprocess_resident_memory_bytes [1-9]");
    assertThat(answer.body()).containsPattern("\njvm_heap_used_bytes [1-9]");
    assertThat(answer.body()).containsPattern("\nprocess_cpu_seconds_total [0-9.]+");
    assertThat(answer.body()).containsPattern("\nprocess_threads [1-9]");
  }

  @Test
  void shouldSpeakOpenMetricsWhenAsked() throws Exception {
    HttpResponse<String> answer =
        send(
            request("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
    assertThat(answer.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(answer.body()).endsWith("# EOF\n");
  }

  @Test
  void shouldNameTheThreadThatIsStuck() throws Exception {
    Heartbeat intake = health.heartbeat("intake", 1_000_000_000L);
    Heartbeat forwarder = health.heartbeat("forwarder siem", 1_000_000_000L);
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    assertThat(get("/healthz").body()).isEqualTo("healthy\n");
    intake.beat(System.nanoTime() - 5_000_000_000L);
    assertThat(get("/healthz").statusCode()).isEqualTo(503);
    assertThat(get("/healthz").body())
        .isEqualTo("intake is stuck: no sign of life for 5 s (deadline 1 s)\n");
    intake.beat(System.nanoTime());
    forwarder.beat(System.nanoTime() - 9_000_000_000L);
    forwarder.rest();
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    Heartbeat keeper = health.diskHeartbeat("spool keeper", 1_000_000_000L);
    keeper.beat(System.nanoTime() - 5_000_000_000L);
    intake.beat(System.nanoTime() - 5_000_000_000L);
    assertThat(get("/healthz").statusCode()).as("no start mends a disk").isEqualTo(200);
    assertThat(health.stuck()).hasSize(2);
    keeper.beat(System.nanoTime());
    assertThat(get("/healthz").statusCode()).isEqualTo(503);
  }

  @Test
  void shouldSayWhyItIsNotReady() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("not ready: starting\n");
    readiness.hold("canary", "deaf: no event of the canary for 61 s");
    readiness.clear("start");
    assertThat(get("/readyz").body())
        .isEqualTo("not ready: deaf: no event of the canary for 61 s\n");
    readiness.clear("canary");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").body()).isEqualTo("ready\n");
  }

  @Test
  void shouldAnswerOnlyWhatIsThere() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/metrics/").statusCode()).isEqualTo(404);
    assertThat(get("/healthz?verbose").statusCode()).isEqualTo(200);
    // Without a body: one that the server leaves unread resets the connection, the answer with it.
    HttpResponse<String> post = send(request("/metrics").POST(BodyPublishers.noBody()));
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("allow")).hasValue("GET, HEAD");
    HttpResponse<String> head = send(request("/healthz").HEAD());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("content-length")).hasValue("8");
    assertThat(raw("GET /healthz HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde"))
        .startsWith("HTTP/1.1 413 ");
    assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(raw("GET /" + "x".repeat(5000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(raw("GET / HTTP/1.1\r\nA: " + "x".repeat(20_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
  }

  @Test
  void shouldCutOffAClientThatIsSilentOrSlow() throws Exception {
    try (Socket silent = new Socket("127.0.0.1", server.port());
        Socket slow = new Socket("127.0.0.1", server.port())) {
      silent.setSoTimeout(10_000);
      long begun = System.nanoTime();
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      assertThat(System.nanoTime() - begun).isBetween(500_000_000L, 5_000_000_000L);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  slow.getOutputStream().write('G');
                  Thread.sleep(50);
                }
              })
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void shouldAnswerOneRequestOfAConnectionAndCloseIt() throws Exception {
    String request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assertThat(raw(request.repeat(3)).split("HTTP/1.1 200", -1)).hasSize(2);
  }

  /// Whoever holds all connections and says nothing keeps nobody out: the one that has been silent
  /// longest goes, and one that speaks stays.
  @Test
  void shouldLetTheNewestInForTheOneSilentLongest() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try (HttpServer patient =
        HttpServer.start(new Address("127.0.0.1", 0), metrics, health, readiness)) {
      for (int i = 0; i < 64; i++) {
        idle.add(new Socket("127.0.0.1", patient.port()));
        idle.getLast().setSoTimeout(100);
      }
      idle.getFirst().getOutputStream().write("GET /hea".getBytes(StandardCharsets.US_ASCII));
      Thread.sleep(200); // that the server has read it
      long begun = System.nanoTime();
      for (int probe = 0; probe < 10; probe++) {
        assertThat(raw(patient.port(), "GET /healthz HTTP/1.0\r\n\r\n")).contains("200 OK");
      }
      assertThat(System.nanoTime() - begun).isLessThan(5_000_000_000L); // not by their time-outs
      assertThat(idle.get(1).getInputStream().read()).isEqualTo(-1);
      idle.getFirst()
          .getOutputStream()
          .write("lthz HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      idle.getFirst().setSoTimeout(10_000);
      assertThat(readToEnd(idle.getFirst())).contains("200 OK");
      assertThat(idle.subList(2, 64)).filteredOn(HttpServerTest::isOpen).hasSizeGreaterThan(50);
    } finally {
      for (Socket client : idle) {
        client.close();
      }
    }
  }

  private static boolean isOpen(Socket client) {
    try {
      client.setSoTimeout(1);
      return client.getInputStream().read() >= 0;
    } catch (SocketTimeoutException _) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  @Test
  void shouldSayWhichAddressCannotBeHad() {
    Address taken = new Address("127.0.0.1", server.port());
    assertThatThrownBy(() -> HttpServer.start(taken, metrics, health, readiness))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "http.listen=127.0.0.1:" + server.port() + ": Address already in use");
  }

  private String raw(String request) throws IOException {
    return raw(server.port(), request);
  }

  private static String raw(int port, String request) throws IOException {
    try (Socket client = new Socket("127.0.0.1", port)) {
      client.setSoTimeout(10_000);
      client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return readToEnd(client);
    } catch (SocketException e) {
      return e.toString();
    }
  }

  private static String readToEnd(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    StringBuilder text = new StringBuilder();
    byte[] part = new byte[4096];
    try {
      for (int count = in.read(part); count >= 0; count = in.read(part)) {
        text.append(new String(part, 0, count, StandardCharsets.US_ASCII));
      }
    } catch (SocketException _) {
      // Reset: the server closed while it had unread input of ours. What came before counts.
    }
    return text.toString();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  @Test
  void shouldTellTheAddressItIsBoundTo() throws Exception {
    assertThat(server.address()).isEqualTo(new Address("127.0.0.1", server.port()));
    assertThat(server.port()).isPositive();
    try (HttpServer named =
        HttpServer.start(new Address("localhost", 0), metrics, health, readiness)) {
      assertThat(named.address().loopback()).isTrue();
      assertThat(named.address().toString()).matches("(127\\.0\\.0\\.1|\\[::1\\]):[0-9]+");
    }
  }
}
