package io.coreaudit.agent.config;

/// Where a sink's events go.
public enum SinkType {
  /// Standard output.
  STDOUT,
  /// A rotating file.
  FILE,
  /// A receiver of lines over TCP, with or without TLS.
  TCP,
  /// A receiver of syslog messages.
  SYSLOG,
  /// A receiver of syslog messages that acknowledges each.
  RELP,
  /// A receiver of JSON lines over HTTP.
  HTTP,
  /// Splunk's HTTP Event Collector.
  HEC,
  /// Elasticsearch or OpenSearch.
  BULK,
  /// A receiver of OTLP logs over HTTP.
  OTLP,
  /// A topic of Kafka.
  KAFKA;

  /// Whether there is an address to send to.
  public boolean network() {
    return this != STDOUT && this != FILE;
  }

  /// Its word with an article: `an http`.
  String called() {
    return (this == HTTP || this == OTLP ? "an " : "a ") + ValueType.Word.text(this);
  }

  /// Whether the receiver is asked over HTTP.
  public boolean http() {
    return this == HTTP || this == HEC || this == BULK || this == OTLP;
  }

  /// Whether events travel in syslog messages.
  public boolean messages() {
    return this == SYSLOG || this == RELP;
  }
}
