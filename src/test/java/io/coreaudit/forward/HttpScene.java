package io.coreaudit.forward;

import io.coreaudit.format.EventEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// A spool and a sink over HTTP, with its token and its dead letters.
abstract class HttpScene extends ForwarderScene {
  static final String TOKEN = "0d0b6f3c-secret";

  /// The sink's.
  SinkSettings.TcpTimings timings = quick().made();

  TlsSettings tls;
  SinkSettings.Proxy proxy;
  boolean gzip;

  static QuickTimings quick() {
    return new QuickTimings().backoff(Duration.ofMillis(2), Duration.ofMillis(20));
  }

  /// Settings of a sink that posts in plain text.
  static SinkSettings.Http plain(
      HttpDialect dialect,
      int port,
      SinkSettings.TcpTimings timings,
      Path token,
      DeadLetterBox deadLetters) {
    return new SinkSettings.Http(
        new SinkSettings.Tcp("siem", "127.0.0.1", port, null, 0, timings),
        null,
        dialect,
        "/",
        "sinks.0.token_file",
        token,
        false,
        deadLetters);
  }

  /// Starts a sink with a token in its file, unless the test wrote that itself.
  void forward(HttpDialect dialect, String target, int port, EventEncoder encoder)
      throws IOException {
    if (!Files.exists(token())) {
      Files.writeString(token(), TOKEN + "\n");
    }
    forward(
        new SinkSettings.Http(
            new SinkSettings.Tcp("siem", "127.0.0.1", port, tls, 0, timings),
            proxy,
            dialect,
            target,
            "sinks.0.token_file",
            token(),
            gzip,
            deadLetters()),
        encoder);
  }

  Path token() {
    return directory.resolve("token");
  }

  String letters() throws IOException {
    return Files.readString(deadLetters().directory().resolve("siem.jsonl"));
  }

  /// Waits in an answer.
  static void hold(CountDownLatch until) {
    try {
      until.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
