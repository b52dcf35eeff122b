package io.coreaudit.telemetry;

/// One counter of a stage. Stages declare theirs as an enum; the metric's name is made of the
/// stage's name and the constant's.
public interface CounterKey {
  /// What is counted, in one sentence for the operator.
  String sentence();

  /// Whether the value can fall: a gauge is set, a counter only grows.
  default boolean gauge() {
    return false;
  }
}
