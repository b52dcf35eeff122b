package io.coreaudit.format;

import io.coreaudit.record.RecordFlyweight;
import java.util.Arrays;

/// The PATH records of an event: where their fields stand. Grows up to `MOST`, never shrinks.
final class PathList {
  /// So many are looked at; no system call names more than a handful.
  static final int MOST = 4096;

  static final int NAME = 0;
  static final int INODE = 1;
  static final int DEVICE = 2;
  static final int MODE = 3;
  static final int OWNER = 4;
  static final int GROUP = 5;
  static final int KIND = 6;
  private static final int FIELDS = 7;

  private static final byte[] PARENT = EventAction.bytes("PARENT");
  private static final byte[] CREATE = EventAction.bytes("CREATE");
  private static final byte[] DELETE = EventAction.bytes("DELETE");

  private long[] value = new long[8 * FIELDS];
  private int[] length = new int[8 * FIELDS];
  private long[] text = new long[8];
  private int[] textLength = new int[8];
  private boolean[] enriched = new boolean[8];
  private int count;
  private boolean cut;

  void clear() {
    count = 0;
    cut = false;
  }

  /// Adds the record whose text stands at an address; the cursor is used to read it.
  void add(FieldCursor fields, long address, int bytes) {
    if (count == MOST) {
      cut = true;
      return;
    }
    if (count == text.length) {
      value = Arrays.copyOf(value, value.length * 2);
      length = Arrays.copyOf(length, length.length * 2);
      text = Arrays.copyOf(text, count * 2);
      textLength = Arrays.copyOf(textLength, count * 2);
      enriched = Arrays.copyOf(enriched, count * 2);
    }
    int base = count * FIELDS;
    Arrays.fill(length, base, base + FIELDS, 0);
    text[count] = address;
    textLength[count] = bytes;
    fields.wrap(address, bytes);
    while (fields.next()) {
      int slot =
          switch (fields.field()) {
            case Field.NAME -> NAME;
            case Field.INODE -> INODE;
            case Field.DEV -> DEVICE;
            case Field.MODE -> MODE;
            case Field.OUID -> OWNER;
            case Field.OGID -> GROUP;
            case Field.NAMETYPE -> KIND;
            default -> -1;
          };
      if (slot >= 0 && length[base + slot] == 0) {
        value[base + slot] = fields.value();
        length[base + slot] = fields.valueLength();
        if (slot == KIND) {
          break; // what follows are capabilities of the file
        }
      }
    }
    enriched[count++] = fields.hasEnriched();
  }

  /// Whether auditd added a part to the record of a path.
  boolean hasEnriched(int path) {
    return enriched[path];
  }

  /// Whether there were more than are kept.
  boolean isCut() {
    return cut;
  }

  int count() {
    return count;
  }

  /// The path that the event is about: the last one that is no parent directory, or the first one;
  /// -1 when there is none.
  int subject(boolean first) {
    int chosen = -1;
    for (int i = 0; i < count; i++) {
      if (!is(i, PARENT)) {
        if (first) {
          return i;
        }
        chosen = i;
      }
    }
    return chosen;
  }

  /// The first path that is no parent and not the one given; -1 when there is none.
  int other(int subject) {
    for (int i = 0; i < count; i++) {
      if (i != subject && !is(i, PARENT)) {
        return i;
      }
    }
    return -1;
  }

  boolean isCreated(int path) {
    return is(path, CREATE);
  }

  boolean isDeleted(int path) {
    return is(path, DELETE);
  }

  private boolean is(int path, byte[] kind) {
    return FieldWalk.equals(value(path, KIND), length(path, KIND), kind);
  }

  long value(int path, int field) {
    return value[path * FIELDS + field];
  }

  int length(int path, int field) {
    return length[path * FIELDS + field];
  }

  /// Lets a flyweight look at the record of a path.
  void wrap(int path, RecordFlyweight record) {
    record.wrap(text[path], textLength[path]);
  }
}
