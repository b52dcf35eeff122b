package io.coreaudit.agent;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/// A real etcd of one member, on loopback.
final class Etcd implements AutoCloseable {
  private static final Duration UP_WITHIN = Duration.ofSeconds(30);
  private static final int WRITES_A_SECOND = 100;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final String address;

  private Etcd(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /// Starts one; it answers when this returns.
  ///
  /// @param data its data directory, made or there
  static Etcd start(Path data) throws Exception {
    Files.createDirectories(data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    String client = "http://127.0.0.1:" + freePort();
    String peer = "http://127.0.0.1:" + freePort();
    File log = data.resolveSibling("etcd.log").toFile();
    Process process =
        new ProcessBuilder(
                "etcd",
                "--data-dir=" + data,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--log-level=error")
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    Etcd etcd = new Etcd(process, client);
    try {
      Await.until(
          UP_WITHIN,
          "etcd answers",
          () -> read(log),
          () -> etcd.ask("/v3/maintenance/status", "{}") == 200);
    } catch (Exception | AssertionError e) {
      etcd.close();
      throw e;
    }
    return etcd;
  }

  private static String read(File log) {
    try {
      return Files.readString(log.toPath());
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private int ask(String path, String body) throws InterruptedException {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(address + path))
                  .timeout(Duration.ofSeconds(10))
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notUp) {
      return 0;
    }
  }

  long pid() {
    return process.pid();
  }

  /// Writes keys one after another, a hundred a second at most; how many it took.
  long write(Duration howLong, int valueBytes) throws InterruptedException {
    String value = base64("x".repeat(valueBytes));
    long beganNs = System.nanoTime();
    long written = 0;
    while (System.nanoTime() - beganNs < howLong.toNanos()) {
      String body =
          "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(base64("key-" + written % 5000), value);
      if (ask("/v3/kv/put", body) != 200) {
        throw new AssertionError("etcd takes no write");
      }
      written++;
      long dueNs = beganNs + written * TimeUnit.SECONDS.toNanos(1) / WRITES_A_SECOND;
      TimeUnit.NANOSECONDS.sleep(Math.max(0, dueNs - System.nanoTime()));
    }
    return written;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    http.close();
    process.destroy();
    try {
      if (process.waitFor(10, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
