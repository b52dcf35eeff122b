package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;

/// The file that an event is about, as an object of OCSF.
final class OcsfFile {
  private static final Piece FILE = key("file");
  private static final Piece NAME = key("name");
  private static final Piece PATH = key("path");
  private static final Piece TYPE = key("type_id");
  private static final Piece UID = key("uid");
  private static final Piece VOLUME = key("volume");
  private static final Piece OWNER = key("owner");
  private static final Piece MODE = key("mode");
  private static final Piece GROUP = key("group");

  private static final Piece RESULT = key("file_result");
  private static final Piece NAMELESS = Piece.of("\"name\":\"-\",");

  private static final byte[] PATH_PLACE = EventAction.bytes("file.path");
  private static final byte[] UID_PLACE = EventAction.bytes("file.uid");
  private static final byte[] VOLUME_PLACE = EventAction.bytes("file.volume");
  private static final byte[] OWNER_PLACE = EventAction.bytes("file.owner.name");
  private static final byte[] GROUP_PLACE = EventAction.bytes("unmapped.file.group.name");

  private static final byte[] RESULT_PLACE = EventAction.bytes("file_result.path");
  private static final byte[] DELETE = EventAction.bytes("DELETE");

  private static final long OUID_WORD = RecordFlyweight.word("OUID");
  private static final long OGID_WORD = RecordFlyweight.word("OGID");

  /// `type_id` by the upper bits of the mode (S_IFMT): pipe, device, folder, file, link, socket.
  private static final int[] TYPES = {0, 6, 3, 0, 2, 0, 4, 0, 1, 0, 7, 0, 5, 0, 0, 0};

  private final JsonWriter json;
  private final Value value;
  private final Value named = new Value();
  private final PathText text = new PathText();
  private final PathText resultText = new PathText();
  private int path;
  private int result;
  private long address;
  private int length;

  OcsfFile(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
  }

  /// Where the last part of a path begins; of one that ends with a slash, the path.
  static long lastPart(long address, int length) {
    long base = address + length;
    while (base > address && Memory.byteAt(base - 1) != '/') {
      base--;
    }
    return base == address + length ? address : base;
  }

  /// Looks for the file, which may be known by its inode alone; false: the event tells of none.
  ///
  /// @param renamed whether it has another name now
  boolean read(EventView event, EventMeaning meaning, boolean renamed) {
    path = meaning.path();
    result = -1;
    if (path < 0) {
      if (!EcsFile.decodeNamed(event, named)) {
        return false;
      }
      address = named.address();
      length = named.length();
      return true;
    }
    int directory = meaning.call().directoryArgument;
    int old = renamed ? oldName(event.paths()) : -1;
    if (old >= 0 && event.paths().isCreated(path)) {
      boolean relative = EcsFile.isFromWorkingDirectory(event, directory);
      result = resultText.resolve(event, path, relative) ? path : -1;
      path = old;
      directory = directory == EventAction.NONE ? directory : 0; // renameat: the old name's first
    }
    boolean known = text.resolve(event, path, EcsFile.isFromWorkingDirectory(event, directory));
    address = text.address();
    length = known ? text.length() : 0;
    return known || event.paths().length(path, PathList.INODE) > 0;
  }

  // What a rename overwrites goes, too, but stands behind.
  private static int oldName(PathList paths) {
    for (int i = 0; i < paths.count(); i++) {
      if (Memory.equals(paths.value(i, PathList.KIND), paths.length(i, PathList.KIND), DELETE)) {
        return i;
      }
    }
    return -1;
  }

  /// Writes the file that was read.
  void write(EventView event) {
    int file = json.open(FILE);
    members(event);
    json.close(file);
  }

  /// Writes what became of a file that was renamed.
  void writeResult(EventView event) {
    if (result >= 0) {
      int file = json.open(RESULT);
      name(RESULT_PLACE, resultText.address(), resultText.length());
      json.number(TYPE, TYPES[mode(event.paths(), result) >>> 12 & 15]);
      json.close(file);
    }
  }

  private void name(byte[] place, long named, int bytes) {
    if (bytes == 0) {
      json.out().put(NAMELESS);
      return;
    }
    long base = lastPart(named, bytes);
    json.plainOrEscaped(NAME, base, (int) (named + bytes - base));
    json.text(PATH, place, named, bytes);
  }

  private void members(EventView event) {
    name(PATH_PLACE, address, length);
    PathList paths = event.paths();
    int mode = path < 0 ? 0 : mode(paths, path);
    json.number(TYPE, TYPES[mode >>> 12 & 15]);
    if (path >= 0) {
      simple(paths, PathList.INODE, UID, UID_PLACE);
      simple(paths, PathList.DEVICE, VOLUME, VOLUME_PLACE);
      int owner = json.open(OWNER);
      account(event, PathList.OWNER, 0, OUID_WORD, OWNER_PLACE);
      json.close(owner);
    }
  }

  /// Writes what OCSF has no name for: mode and group.
  ///
  /// @param whole whether all else is written, too, for the class has no file
  void writeRest(EventView event, boolean whole) {
    int file = json.open(FILE);
    if (whole) {
      members(event);
    }
    if (path >= 0) {
      modeAndGroup(event);
    }
    json.close(file);
  }

  private void modeAndGroup(EventView event) {
    int mode = mode(event.paths(), path);
    if (event.paths().length(path, PathList.MODE) > 0) {
      json.out().put(MODE, '"');
      for (int shift = 9; shift >= 0; shift -= 3) {
        json.out().put('0' + (mode >>> shift & 7));
      }
      json.out().put('"', ',');
    }
    int group = json.open(GROUP);
    account(event, PathList.GROUP, 1, OGID_WORD, GROUP_PLACE);
    json.close(group);
  }

  private static int mode(PathList paths, int path) {
    return FieldWalk.octal(paths.value(path, PathList.MODE), paths.length(path, PathList.MODE), 0);
  }

  private void simple(PathList paths, int field, Piece key, byte[] place) {
    if (value.decode(paths.value(path, field), paths.length(path, field), false)) {
      json.text(key, place, value.address(), value.length());
    }
  }

  private void account(EventView event, int field, int kind, long enriched, byte[] place) {
    PathList paths = event.paths();
    long id = FieldWalk.decimal(paths.value(path, field), paths.length(path, field), -1);
    if (id < 0) {
      return;
    }
    json.quoted(UID, id);
    if (event.findEnrichedOfPath(path, enriched)) {
      json.text(NAME, place, event.enriched(), event.enrichedLength());
      return;
    }
    int known = event.tags().account(kind, id);
    if (known >= 0) {
      EventTags tags = event.tags();
      json.text(NAME, place, tags.accountName(known), tags.accountNameLength(known));
    }
  }
}
