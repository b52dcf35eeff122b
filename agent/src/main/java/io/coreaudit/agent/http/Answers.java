package io.coreaudit.agent.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.util.List;

/// What each path answers.
final class Answers {
  /// The Prometheus text format, the oldest that every reader takes.
  static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /// One answer.
  record Answer(HttpResponseStatus status, String contentType, ByteBuf body) {}

  private final Metrics metrics;
  private final Health health;
  private final Readiness readiness;

  Answers(Metrics metrics, Health health, Readiness readiness) {
    this.metrics = metrics;
    this.health = health;
    this.readiness = readiness;
  }

  /// The answer for a path.
  ///
  /// @param accept what the client would like to get, or null
  Answer answer(String path, String accept, ByteBufAllocator allocator) throws IOException {
    return switch (path) {
      case "/metrics" -> {
        boolean openMetrics = accept != null && accept.contains("application/openmetrics-text");
        String contentType = openMetrics ? OPEN_METRICS : PROMETHEUS_TEXT;
        ByteBuf body = allocator.heapBuffer(16 * 1024);
        try (ByteBufOutputStream out = new ByteBufOutputStream(body)) {
          metrics.write(out, contentType);
        } catch (IOException | RuntimeException e) {
          body.release();
          throw e;
        }
        yield new Answer(HttpResponseStatus.OK, contentType, body);
      }
      case "/healthz" -> state("healthy", "", health.dead(), allocator);
      case "/readyz" -> state("ready", "not ready: ", readiness.reasons(), allocator);
      default ->
          plain(
              HttpResponseStatus.NOT_FOUND,
              "not found; there are /metrics, /healthz and /readyz\n",
              allocator);
    };
  }

  /// A short text.
  static Answer plain(HttpResponseStatus status, String text, ByteBufAllocator allocator) {
    return new Answer(status, PLAIN, ByteBufUtil.writeUtf8(allocator, text));
  }

  private static Answer state(
      String good, String lead, List<String> reasons, ByteBufAllocator allocator) {
    return reasons.isEmpty()
        ? plain(HttpResponseStatus.OK, good + "\n", allocator)
        : plain(
            HttpResponseStatus.SERVICE_UNAVAILABLE,
            lead + String.join("; ", reasons) + "\n",
            allocator);
  }
}
