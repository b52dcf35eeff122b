package io.coreaudit.format;

import io.coreaudit.event.EventKind;

/// What the agent's own events are called in ECS.
final class OwnEvents {
  private static final EventAction[] ACTIONS = new EventAction[EventKind.values().length];
  private static final Piece[] KEYS = new Piece[ACTIONS.length];
  private static final byte[][] PLACES = new byte[ACTIONS.length][];

  static {
    for (EventKind kind : EventKind.values()) {
      String label = kind.label();
      ACTIONS[kind.ordinal()] =
          switch (kind) {
            case AUDIT -> RecordActions.UNKNOWN;
            case GAP, HEARTBEAT -> new EventAction(label, "host", "info");
            case SUMMARY -> new EventAction(label, "file", "access");
            case WATCH, DRIFT -> new EventAction(label, "configuration", "change");
            case START -> new EventAction(label, "host", "start");
            case STOP -> new EventAction(label, "host", "end");
          };
      KEYS[kind.ordinal()] = JsonWriter.key(label);
      PLACES[kind.ordinal()] = EventAction.bytes("coreaudit." + label + '.');
    }
  }

  private OwnEvents() {}

  static EventAction action(EventKind kind) {
    return ACTIONS[kind.ordinal()];
  }

  /// Name of the object that holds the event's fields.
  static Piece key(EventKind kind) {
    return KEYS[kind.ordinal()];
  }

  /// Where that object stands, with a dot behind.
  static byte[] place(EventKind kind) {
    return PLACES[kind.ordinal()];
  }
}
