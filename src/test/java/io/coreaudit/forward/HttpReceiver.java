package io.coreaudit.forward;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/// A receiver over HTTP on a loopback port whose answers a test gives.
final class HttpReceiver implements AutoCloseable {
  /// What came.
  record Asked(String target, Headers headers, String body) {
    List<String> lines() {
      return body.lines().toList();
    }
  }

  /// What goes back.
  record Answer(int status, String body, String... headers) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Function<Asked, Answer> answers;

  /// @param answers one for each request; null: the connection is closed without any
  HttpReceiver(Function<Asked, Answer> answers) throws IOException {
    this(answers, HttpServer.create(free(), 50));
  }

  /// One in TLS.
  ///
  /// @param needsClients whether a client must show a certificate
  HttpReceiver(Function<Asked, Answer> answers, SSLContext context, boolean needsClients)
      throws IOException {
    this(answers, inTls(context, needsClients));
  }

  private static HttpsServer inTls(SSLContext context, boolean needsClients) throws IOException {
    HttpsServer server = HttpsServer.create(free(), 50);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters tls = context.getDefaultSSLParameters();
            tls.setNeedClientAuth(needsClients);
            parameters.setSSLParameters(tls);
          }
        });
    return server;
  }

  private HttpReceiver(Function<Asked, Answer> answers, HttpServer server) {
    this.answers = answers;
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  private static InetSocketAddress free() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  int port() {
    return server.getAddress().getPort();
  }

  void answers(Function<Asked, Answer> next) {
    answers = next;
  }

  /// All that came.
  List<Asked> asked() {
    return asked;
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      try (var zip = new GZIPInputStream(new java.io.ByteArrayInputStream(bytes))) {
        bytes = zip.readAllBytes();
      }
    }
    Asked request =
        new Asked(
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders(),
            new String(bytes, StandardCharsets.UTF_8));
    asked.add(request);
    Answer answer = answers.apply(request);
    if (answer == null) {
      exchange.close();
      return;
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < answer.headers().length; i += 2) {
      exchange.getResponseHeaders().add(answer.headers()[i], answer.headers()[i + 1]);
    }
    // 0 is for chunks of unknown length, and every other answer has them
    boolean chunked = asked.size() % 2 == 0;
    exchange.sendResponseHeaders(
        answer.status(), answer.status() == 204 ? -1 : chunked ? 0 : Math.max(1, body.length));
    try (var out = exchange.getResponseBody()) {
      out.write(body.length == 0 && !chunked && answer.status() != 204 ? new byte[] {' '} : body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
