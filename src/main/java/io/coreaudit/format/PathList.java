package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.FieldIndex;
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
  static final int LABEL = 7;
  private static final int FIELDS = 8;

  private static final long PARENT = RecordFlyweight.word("PARENT");
  private static final long CREATE = RecordFlyweight.word("CREATE");

  private long[] value = new long[8 * FIELDS];
  private int[] length = new int[8 * FIELDS];
  private long[] text = new long[8];
  private int[] textLength = new int[8];
  private long[] kind = new long[8]; // the value of nametype, up to eight bytes of it
  private boolean[] enriched = new boolean[8];

  // Which field of the index each of ours is, -1 for none.
  private final int[] fieldAt = new int[FIELDS];
  private int count;
  private boolean cut;

  void clear() {
    count = 0;
    cut = false;
  }

  /// Adds the record that a frame's walk stands at; the index is used to read it, and for nothing
  /// else.
  void add(FieldIndex fields, FrameFlyweight frame) {
    if (count == MOST) {
      cut = true;
      return;
    }
    if (count == text.length) {
      value = Arrays.copyOf(value, value.length * 2);
      length = Arrays.copyOf(length, length.length * 2);
      text = Arrays.copyOf(text, count * 2);
      textLength = Arrays.copyOf(textLength, count * 2);
      kind = Arrays.copyOf(kind, count * 2);
      enriched = Arrays.copyOf(enriched, count * 2);
    }
    int base = count * FIELDS;
    Arrays.fill(length, base, base + FIELDS, 0);
    text[count] = frame.recordText();
    textLength[count] = frame.recordTextLength();
    kind[count] = 0;
    frame.fields(fields);
    if (!fields.isSameShape()) {
      placeFields(fields);
    }
    for (int place = 0; place < FIELDS; place++) {
      int field = fieldAt[place];
      if (field >= 0) {
        value[base + place] = fields.valueAddress(field);
        length[base + place] = fields.valueLength(field);
      }
    }
    if (fieldAt[KIND] >= 0) {
      kind[count] = EightBytes.load(value[base + KIND], length[base + KIND]);
    }
    enriched[count++] = fields.isEnriched();
  }

  // The first field of each name counts.
  private void placeFields(FieldIndex fields) {
    Arrays.fill(fieldAt, -1);
    for (int i = fields.count() - 1; i >= 0; i--) {
      int place = place(Field.of(fields.nameWord(i), fields.nameAddress(i), fields.nameLength(i)));
      if (place >= 0) {
        fieldAt[place] = i;
      }
    }
  }

  private static int place(int field) {
    return switch (field) {
      case Field.NAME -> NAME;
      case Field.INODE -> INODE;
      case Field.DEV -> DEVICE;
      case Field.MODE -> MODE;
      case Field.OUID -> OWNER;
      case Field.OGID -> GROUP;
      case Field.NAMETYPE -> KIND;
      case Field.OBJ -> LABEL;
      default -> -1;
    };
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

  private boolean is(int path, long word) {
    return kind[path] == word && length(path, KIND) == 6; // both have as many letters
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
