package io.coreaudit.forward;

/// How a sink's events are encoded.
public enum SinkFormat {
  /// Elastic Common Schema, one JSON object a line.
  ECS,
  /// The kernel's records as text lines.
  RAW,
  /// ArcSight's Common Event Format, one line an event.
  CEF,
  /// QRadar's Log Event Extended Format 2.0, one line an event.
  LEEF
}
