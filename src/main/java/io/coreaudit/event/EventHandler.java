package io.coreaudit.event;

/// Takes each complete event, once, on the assembler's thread.
@FunctionalInterface
public interface EventHandler {
  /// Takes an event. It and its records are good until the call returns; the assembler must not be
  /// called from within.
  void onEvent(AssembledEvent event);

  /// Is told that an event has begun, with its first record; the assembler must not be called from
  /// within.
  default void onStart(AssembledEvent event) {}
}
