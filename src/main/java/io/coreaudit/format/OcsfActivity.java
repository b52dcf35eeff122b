package io.coreaudit.format;

/// What an event is in OCSF, ready to be copied: its class, and what was done.
final class OcsfActivity {
  private static final int OTHER = 99;

  /// Class of the event.
  final OcsfClass type;

  /// `activity_id`.
  final int id;

  /// `"class_uid":...,"type_uid":...,`.
  final Piece head;

  /// @param name of an activity that the schema does not number: what it is called in ECS
  OcsfActivity(OcsfClass type, int id, String name) {
    this.type = type;
    this.id = id;
    head =
        Piece.of(
            "\"class_uid\":%d,\"class_name\":\"%s\",\"category_uid\":%d,\"activity_id\":%d,\"activity_name\":\"%s\",\"type_uid\":%d,"
                .formatted(
                    type.uid, type.caption, type.category(), id, name, type.uid * 100L + id));
  }

  /// One that the schema has no number for.
  static OcsfActivity other(OcsfClass type, String name) {
    return new OcsfActivity(type, OTHER, name);
  }
}
