package io.coreaudit.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/// Receivers over HTTP by their published behaviour, on one port: plain lines, Splunk's collector
/// with indexer acknowledgement, `_bulk` and OTLP. What one took it keeps over a kill. It can be
/// made to answer as one does that is overloaded or fails.
final class SiemServer implements AutoCloseable {
  static final String HTTP = "/";
  static final String HEC = "/services/collector/event";
  static final String BULK = "/logs-coreaudit.audit-default/_bulk";
  static final String OTLP = "/v1/logs";
  private static final String HEC_ACK = "/services/collector/ack";

  private static final Pattern EVENT =
      Pattern.compile(
          "\"event\\\\?\":\\{\\\\?\"id\\\\?\":\\\\?\"([^\"\\\\]+).*?\\\\?\"seq\\\\?\":([0-9]+)",
          Pattern.DOTALL);
  private static final Pattern NUMBERS = Pattern.compile("[0-9]+");

  private final Map<String, Deliveries> taken = new ConcurrentHashMap<>();
  private final Set<String> authorizations = ConcurrentHashMap.newKeySet();
  private final Random random = new Random(2);
  private final int port;
  private HttpServer server;
  private ExecutorService threads;
  private volatile boolean failing;
  private volatile boolean indexing = true;
  private int ackIds;

  SiemServer() throws IOException {
    listen(0);
    port = server.getAddress().getPort();
  }

  private void listen(int at) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 50);
    threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  int port() {
    return port;
  }

  /// What came to a path.
  Deliveries of(String path) {
    return taken.computeIfAbsent(path, any -> new Deliveries());
  }

  /// Paths that events came to.
  Set<String> paths() {
    return taken.keySet();
  }

  /// Every `Authorization` that came.
  Set<String> authorizations() {
    return authorizations;
  }

  /// Whether about half of the requests go wrong from now on: refused before or after the events
  /// were taken, taken in part, or answered by nobody.
  void failing(boolean now) {
    failing = now;
  }

  /// Whether Splunk's indexers keep up: while not, nothing is acknowledged.
  void indexing(boolean now) {
    indexing = now;
  }

  /// Goes, and every connection with it.
  void kill() {
    server.stop(0);
    threads.shutdownNow();
  }

  /// Comes back on its port.
  void reopen() throws IOException {
    listen(port);
  }

  private synchronized int chance(int of) {
    return random.nextInt(of);
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      try (var zip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        bytes = zip.readAllBytes();
      }
    }
    String body = new String(bytes, StandardCharsets.UTF_8);
    String path = exchange.getRequestURI().getPath();
    authorizations.addAll(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
    int fault = failing ? chance(8) : 7;
    if (fault == 0) {
      exchange.getResponseHeaders().add("Retry-After", "0");
      answer(exchange, 503, "{\"text\":\"Server is busy\",\"code\":9}");
      return;
    }
    if (fault == 1) {
      answer(exchange, 429, "{}");
      return;
    }
    String answer = path.equals(HEC_ACK) ? acknowledged(body) : take(path, body, fault);
    if (fault == 2) {
      exchange.close(); // taken, and nobody says so
    } else if (fault == 3) {
      answer(exchange, 500, "taken, but something went wrong behind");
    } else {
      answer(exchange, 200, answer);
    }
  }

  private String take(String path, String body, int fault) {
    if (path.equals(BULK)) {
      return takeItems(body, fault == 4);
    }
    Matcher event = EVENT.matcher(body);
    while (event.find()) {
      of(path).add(Long.parseLong(event.group(2)), event.group(1));
    }
    return path.equals(HEC)
        ? "{\"text\":\"Success\",\"code\":0,\"ackId\":" + nextAckId() + "}"
        : "{}";
  }

  private synchronized int nextAckId() {
    return ackIds++;
  }

  private String takeItems(String body, boolean overloaded) {
    StringBuilder items = new StringBuilder();
    boolean errors = false;
    Deliveries index = of(BULK);
    for (Matcher event = EVENT.matcher(body); event.find(); ) {
      long seq = Long.parseLong(event.group(2));
      int status = 201;
      if (overloaded && chance(2) == 0) {
        status = 429;
      } else {
        status = index.has(seq) ? 409 : 201;
        index.add(seq, event.group(1));
      }
      errors |= status != 201;
      items
          .append(items.isEmpty() ? "" : ",")
          .append("{\"create\":{\"_id\":\"%s\",\"status\":%d}}".formatted(event.group(1), status));
    }
    return "{\"took\":3,\"errors\":" + errors + ",\"items\":[" + items + "]}";
  }

  private String acknowledged(String body) {
    Map<String, Boolean> acks =
        NUMBERS
            .matcher(body)
            .results()
            .collect(
                Collectors.toMap(
                    number -> number.group(), any -> indexing, (a, _) -> a, TreeMap::new));
    return acks.entrySet().stream()
        .map(ack -> "\"" + ack.getKey() + "\":" + ack.getValue())
        .collect(Collectors.joining(",", "{\"acks\":{", "}}"));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
