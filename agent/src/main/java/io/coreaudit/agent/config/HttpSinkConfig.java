package io.coreaudit.agent.config;

import java.nio.file.Path;

/// How a sink's receiver is asked over HTTP.
///
/// @param target path and query of the requests; null: that of the type
/// @param tokenFile its first line is the token; null: none is sent
/// @param compress whether requests are compressed
/// @param proxy asked for the way to the receiver; null: none
/// @param endpoint of Splunk's collector
/// @param index of Splunk, or the data stream of Elasticsearch; null: the default
/// @param source for Splunk; null: the token's
/// @param sourcetype for Splunk; null: the token's
public record HttpSinkConfig(
    String target,
    Path tokenFile,
    SwitchWord compress,
    Address proxy,
    HecEndpoint endpoint,
    String index,
    String source,
    String sourcetype) {
  /// The data stream of a bulk sink unless told otherwise.
  public static final String DATA_STREAM = "logs-coreaudit.audit-default";

  /// Only what is read of an answer: it is half as long as the request otherwise.
  private static final String SHORT_ANSWER =
      "?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";

  /// Path and query of a sink's requests.
  public String target(SinkType type) {
    if (target != null) {
      return target;
    }
    return switch (type) {
      case HEC ->
          endpoint == HecEndpoint.RAW
              ? "/services/collector/raw" + query()
              : "/services/collector/event";
      case BULK -> '/' + (index == null ? DATA_STREAM : index) + "/_bulk" + SHORT_ANSWER;
      case OTLP -> "/v1/logs";
      default -> "/";
    };
  }

  /// Whether names are given that go into the target.
  boolean namesInTarget(SinkType type) {
    boolean named = index != null || source != null || sourcetype != null;
    return named && (type == SinkType.BULK || endpoint == HecEndpoint.RAW);
  }

  private String query() {
    StringBuilder query = new StringBuilder();
    parameter(query, "index", index);
    parameter(query, "source", source);
    parameter(query, "sourcetype", sourcetype);
    return query.toString();
  }

  private static void parameter(StringBuilder query, String name, String value) {
    if (value != null) {
      query.append(query.isEmpty() ? '?' : '&').append(name).append('=');
      query.append(java.net.URLEncoder.encode(value, java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  /// Whether requests are compressed: unless told otherwise where the receiver is known to take it.
  public boolean compresses(SinkType type) {
    return compress == SwitchWord.TRUE || compress == SwitchWord.AUTO && type != SinkType.HTTP;
  }
}
