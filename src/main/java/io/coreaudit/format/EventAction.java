package io.coreaudit.format;

import java.nio.charset.StandardCharsets;

/// What an event says in the words of ECS: action, categories and types, ready to be copied into
/// JSON; and where the call behind it has what is needed to say more.
final class EventAction {
  /// No argument of the call.
  static final int NONE = -1;

  /// The flags stand in a record of their own (`OPENAT2`).
  static final int IN_RECORD = 4;

  /// The call has no flags because it always creates (`creat`).
  static final int ALWAYS_CREATES = 5;

  /// Action, as in `event.action`.
  final byte[] action;

  /// `"category":[...],`, or nothing.
  final Piece categories;

  /// `"type":[...],`, or nothing.
  final Piece types;

  /// `"action":"...",`.
  final Piece member;

  /// Whether it says that something was allowed.
  final boolean isPermission;

  /// Whether it says that something was denied.
  final boolean isDenial;

  /// Which argument (0 to 3) is the directory that the file's name is relative to; `NONE`: the
  /// working directory always.
  final int directoryArgument;

  /// Which argument holds the flags of an open, `IN_RECORD`, `ALWAYS_CREATES`, or `NONE`: no open.
  final int flagsArgument;

  /// Whether the first path of the event is the one that matters, not the last.
  final boolean firstPath;

  /// Name of the object that the socket's address goes to, with quotes and colon; null: none.
  final Piece peer;

  /// Whether the socket's address is where something came from.
  final boolean isPeerSource;

  /// How grave it is, 0 to 10, by its first category.
  final int severity;

  /// Categories with commas between.
  final byte[] categoryNames;

  /// Action in words: `opened file`.
  final byte[] name;

  /// Whether another path of the event is the text of a symbolic link.
  final boolean isSymlink;

  /// Whether it is `ipc`, which stands for other calls.
  final boolean isIpc;

  EventAction(
      String action,
      String categories,
      String types,
      int directoryArgument,
      int flagsArgument,
      boolean firstPath) {
    this.action = bytes(action);
    this.categories = list("category", categories);
    this.types = list("type", types);
    this.member = Piece.of("\"action\":\"" + action + "\",");
    this.isPermission = types.equals("allowed");
    this.isDenial = types.equals("denied");
    this.directoryArgument = directoryArgument;
    this.flagsArgument = flagsArgument;
    this.firstPath = firstPath;
    this.peer = peer(action);
    this.isPeerSource = action.equals("accepted-connection") || action.equals("received-from");
    this.severity = severity(categories, action);
    this.categoryNames = bytes(categories.replace(' ', ','));
    this.name = bytes(action.replace('-', ' '));
    this.isIpc = action.equals("ipc");
    this.isSymlink = action.equals("symlinked-file");
  }

  EventAction(String action, String categories, String types) {
    this(action, categories, types, NONE, NONE, false);
  }

  private static int severity(String categories, String action) {
    return switch (action) {
      case "gap", "drift" -> 7;
      case "heartbeat" -> 1;
      default ->
          switch (categories.isEmpty() ? "" : categories.split(" ")[0]) {
            case "intrusion_detection" -> 7;
            case "iam", "configuration", "driver" -> 6;
            case "package", "host" -> 4;
            case "authentication", "session", "process", "network", "file" -> 3;
            default -> 2;
          };
    };
  }

  private static Piece peer(String action) {
    return switch (action) {
      case "connected-to", "sent-to" -> JsonWriter.key("destination");
      case "accepted-connection", "received-from" -> JsonWriter.key("source");
      case "bound-socket" -> JsonWriter.key("server");
      default -> null;
    };
  }

  /// A member whose value is an array of words; nothing when there is none.
  static Piece list(String name, String words) {
    return words.isEmpty()
        ? Piece.NONE
        : Piece.of('"' + name + "\":[\"" + words.replace(" ", "\",\"") + "\"],");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The words of a text, blanks between.
  static byte[][] words(String text) {
    String[] words = text.split(" ");
    byte[][] bytes = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      bytes[i] = bytes(words[i]);
    }
    return bytes;
  }
}
