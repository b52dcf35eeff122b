package io.coreaudit.forward;

/// How a sink's events are encoded.
public enum SinkFormat {
  /// Elastic Common Schema, one JSON object a line.
  ECS,
  /// The kernel's records as text lines.
  RAW
}
