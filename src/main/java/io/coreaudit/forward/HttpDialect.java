package io.coreaudit.forward;

/// What a receiver over HTTP expects around events, and how it answers.
public enum HttpDialect {
  /// Events one behind the other, a line each; any 2xx takes all of them.
  LINES("application/x-ndjson", "Bearer", "", ""),
  /// Splunk's HTTP Event Collector, objects; with an `ackId` in the answer it is asked until they
  /// are indexed.
  HEC("application/json", "Splunk", "", ""),
  /// The same, plain lines.
  HEC_RAW("text/plain", "Splunk", "", ""),
  /// Elasticsearch's and OpenSearch's `_bulk`: an answer for each event.
  BULK("application/x-ndjson", "ApiKey", "", ""),
  /// OTLP logs as JSON. Each event is a log record with a comma behind.
  OTLP(
      "application/json",
      "Bearer",
      "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
          + "{\"stringValue\":\"coreaudit\"}}]},\"scopeLogs\":[{\"scope\":{\"name\":\"coreaudit\"},"
          + "\"logRecords\":[",
      "]}]}]}");

  final String contentType;
  final String tokenScheme;
  final byte[] before;
  final byte[] after;

  HttpDialect(String contentType, String tokenScheme, String before, String after) {
    this.contentType = contentType;
    this.tokenScheme = tokenScheme;
    this.before = before.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    this.after = after.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  /// So long may an answer be. A longer one is a fault: it would take the agent's memory.
  int mostAnswerBytes(int events) {
    int shortOne = 64 << 10;
    return this == BULK ? Math.min(shortOne + events * (2 << 10), 1 << 20) : shortOne;
  }

  /// So many values may be in an answer.
  int mostAnswerValues(int events) {
    return this == BULK ? 1000 + events * 32 : 1000;
  }

  boolean collector() {
    return this == HEC || this == HEC_RAW;
  }
}
