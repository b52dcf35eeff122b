package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Writes `file` and `coreaudit.paths`.
final class EcsFile {
  private static final Piece FILE = key("file");
  private static final Piece PATH = key("path");
  private static final Piece TARGET_PATH = key("target_path");
  private static final Piece INODE = key("inode");
  private static final Piece DEVICE = key("device");
  private static final Piece MODE = key("mode");
  private static final Piece UID = key("uid");
  private static final Piece OWNER = key("owner");
  private static final Piece GID = key("gid");
  private static final Piece GROUP = key("group");
  private static final Piece PATHS = key("paths");
  private static final Piece KIND = key("nametype");

  private static final byte[] PATH_PLACE = EventAction.bytes("file.path");
  private static final byte[] TARGET_PLACE = EventAction.bytes("file.target_path");
  private static final byte[] INODE_PLACE = EventAction.bytes("file.inode");
  private static final byte[] DEVICE_PLACE = EventAction.bytes("file.device");
  private static final byte[] OWNER_PLACE = EventAction.bytes("file.owner");
  private static final byte[] GROUP_PLACE = EventAction.bytes("file.group");
  private static final byte[] PATHS_PLACE = EventAction.bytes("coreaudit.paths.path");

  private static final long OUID_WORD = RecordFlyweight.word("OUID");
  private static final long OGID_WORD = RecordFlyweight.word("OGID");
  private static final int FIRST_NAMING = RecordType.AVC;
  private static final int LAST_NAMING = RecordType.KERNEL;
  private static final int WORKING_DIRECTORY = -100; // AT_FDCWD

  private final JsonWriter json;
  private final Value value;
  private final PathText text = new PathText();

  EcsFile(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
  }

  /// Writes the file that the event is about.
  void write(EventView event, EventAction action, int path) {
    if (path < 0) {
      named(event);
      return;
    }
    PathList paths = event.paths();
    int file = json.open(FILE);
    if (text.resolve(event, path, isFromWorkingDirectory(event, action.directoryArgument))) {
      json.text(PATH, PATH_PLACE, text.address(), text.length());
    }
    if (action.isSymlink) {
      int target = paths.other(path);
      if (target >= 0 && text.resolve(event, target, false)) {
        json.text(TARGET_PATH, TARGET_PLACE, text.address(), text.length());
      }
    }
    simple(INODE, INODE_PLACE, paths, path, PathList.INODE);
    simple(DEVICE, DEVICE_PLACE, paths, path, PathList.DEVICE);
    int mode =
        FieldWalk.octal(paths.value(path, PathList.MODE), paths.length(path, PathList.MODE), -1);
    if (mode >= 0) {
      json.out().put(MODE, '"');
      json.out().put((char) ('0' + (mode >>> 9 & 7)), (char) ('0' + (mode >>> 6 & 7)));
      json.out().put((char) ('0' + (mode >>> 3 & 7)), (char) ('0' + (mode & 7)));
      json.out().put('"', ',');
    }
    account(event, path, PathList.OWNER, UID, OWNER, OWNER_PLACE);
    account(event, path, PathList.GROUP, GID, GROUP, GROUP_PLACE);
    json.close(file);
  }

  private void named(EventView event) {
    if (!decodeNamed(event, value)) {
      return;
    }
    int file = json.open(FILE);
    json.text(PATH, PATH_PLACE, value.address(), value.length());
    if (value.decode(event.value(Field.INO), event.length(Field.INO), false)) {
      json.text(INODE, INODE_PLACE, value.address(), value.length());
    }
    json.close(file);
  }

  /// Decodes the file that an event without a PATH record is about: what the kernel's own record
  /// names (AVC, INTEGRITY_DATA, INTEGRITY_RULE ...). False: it names none, or no more than the
  /// last part of its name, or no file (`socket:[4711]`).
  static boolean decodeNamed(EventView event, Value value) {
    boolean namesFiles =
        !event.callTells()
            && event.tellingType() >= FIRST_NAMING
            && event.tellingType() < LAST_NAMING;
    int field = event.has(Field.PATH) ? Field.PATH : Field.NAME;
    field = event.has(field) ? field : Field.FILE;
    return namesFiles
        && event.has(field)
        && value.decode(event.value(field), event.length(field), true)
        && value.length() > 0
        && Memory.byteAt(value.address()) == '/';
  }

  private void simple(Piece key, byte[] place, PathList paths, int path, int field) {
    if (value.decode(paths.value(path, field), paths.length(path, field), false)) {
      json.text(key, place, value.address(), value.length());
    }
  }

  private void account(
      EventView event, int path, int field, Piece idKey, Piece nameKey, byte[] namePlace) {
    PathList paths = event.paths();
    long id = FieldWalk.decimal(paths.value(path, field), paths.length(path, field), -1);
    if (id < 0) {
      return;
    }
    json.quoted(idKey, id, paths.value(path, field), paths.length(path, field));
    boolean owner = field == PathList.OWNER;
    if (event.findEnrichedOfPath(path, owner ? OUID_WORD : OGID_WORD)) {
      json.text(nameKey, namePlace, event.enriched(), event.enrichedLength());
      return;
    }
    int place = event.tags().account(owner ? 0 : 1, id);
    if (place >= 0) {
      json.text(
          nameKey,
          namePlace,
          event.tags().accountName(place),
          event.tags().accountNameLength(place));
    }
  }

  /// Writes all paths of an event that has several.
  void writeAll(EventView event, EventAction action, int subject) {
    PathList paths = event.paths();
    if (paths.count() < 2) {
      return;
    }
    // Of two directories that a call names no record tells which path belongs to which.
    boolean fromWorkingDirectory =
        isFromWorkingDirectory(event, action.directoryArgument)
            && (action.directoryArgument < 2 || isFromWorkingDirectory(event, 0));
    int link = action.isSymlink ? paths.other(subject) : -1;
    int array = json.openArray(PATHS);
    for (int i = 0; i < paths.count() && json.hasRoom(); i++) {
      json.out().put('{');
      int before = json.out().length();
      if (text.resolve(event, i, fromWorkingDirectory && i != link)) {
        json.out().put(PATH, '"');
        json.element(PATHS_PLACE, i, text.address(), text.length());
        json.out().put('"', ',');
      }
      if (value.decode(paths.value(i, PathList.KIND), paths.length(i, PathList.KIND), false)) {
        json.plainOrEscaped(KIND, value.address(), value.length());
      }
      if (json.out().length() > before) {
        json.out().truncate(json.out().length() - 1);
      }
      json.out().put('}', ',');
    }
    json.closeArray(array);
  }

  /// Whether relative names of a call are relative to the working directory.
  static boolean isFromWorkingDirectory(EventView event, int directoryArgument) {
    if (event.hasCall() && event.callType() == RecordType.URINGOP) {
      return false; // the directory stands in no record
    }
    return directoryArgument == EventAction.NONE
        || (int) event.hex(Field.A0 + directoryArgument, 0) == WORKING_DIRECTORY;
  }
}
