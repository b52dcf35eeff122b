package io.coreaudit.forward;

/// How a sink's events are encoded.
public enum SinkFormat {
  /// Elastic Common Schema, one JSON object a line.
  ECS("ecs/8.17.0", true),
  /// The kernel's records as text lines.
  RAW("raw", false),
  /// ArcSight's Common Event Format, one line an event.
  CEF("cef/0", false),
  /// QRadar's Log Event Extended Format 2.0, one line an event.
  LEEF("leef/2.0", false),
  /// Open Cybersecurity Schema Framework, one JSON object a line.
  OCSF("ocsf/1.7.0", true);

  private final String schema;
  private final boolean json;

  SinkFormat(String schema, boolean json) {
    this.schema = schema;
    this.json = json;
  }

  /// Its name and the version of what it follows: `ecs/8.17.0`.
  public String schema() {
    return schema;
  }

  /// Whether it is one JSON object an event.
  public boolean json() {
    return json;
  }

  /// Its media type.
  public String contentType() {
    return json ? "application/json" : "text/plain; charset=utf-8";
  }
}
