package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;

/// Writes security labels in their parts: `coreaudit.selinux` of contexts (`user:role:type:level`),
/// `coreaudit.label` of all else (a profile of AppArmor, a label of Smack).
///
/// ```text
/// system_u:system_r:container_t:s0:c15,c26        level s0:c15,c26        categories c15 c26
/// u:r:t:s0-s0:c0.c1023                            level s0-s0:c0.c1023    categories c0.c1023
/// ```
///
/// Categories are those of the level, of a range those of its high end; a row of them (`c0.c1023`)
/// stays one element.
final class EcsLabels {
  private static final Piece SELINUX = key("selinux");
  private static final Piece LABEL = key("label");
  private static final int PLACES = 4;
  private static final String[] NAMES = {"subject", "object", "source", "target"};
  private static final Piece[] KEYS = new Piece[PLACES];
  private static final String[] PART_NAMES = {"user", "role", "type", "level", "categories"};
  private static final Piece[] PARTS = new Piece[PART_NAMES.length - 1];
  private static final Piece CATEGORIES = key("categories");

  // Names under which text is noted that is not UTF-8.
  private static final byte[][] LABEL_PLACES = new byte[PLACES][];
  private static final byte[][][] PART_PLACES = new byte[PLACES][PART_NAMES.length][];

  static {
    for (int i = 0; i < PLACES; i++) {
      KEYS[i] = key(NAMES[i]);
      LABEL_PLACES[i] = EventAction.bytes("coreaudit.label." + NAMES[i]);
      for (int part = 0; part < PART_NAMES.length; part++) {
        String place = "coreaudit.selinux." + NAMES[i] + "." + PART_NAMES[part];
        PART_PLACES[i][part] = EventAction.bytes(place);
      }
    }
    for (int part = 0; part < PARTS.length; part++) {
      PARTS[part] = key(PART_NAMES[part]);
    }
  }

  private final JsonWriter json;
  private final long[] label = new long[PLACES];
  private final int[] length = new int[PLACES];
  private final boolean[] isContext = new boolean[PLACES];

  EcsLabels(JsonWriter json) {
    this.json = json;
  }

  /// Writes the labels of an event.
  ///
  /// @param path place of the file that the event is about, negative for none
  void write(EventView event, int path) {
    int contexts = 0;
    int others = 0;
    for (int i = 0; i < PLACES; i++) {
      switch (i) {
        case 0 -> take(i, event.value(Field.SUBJ), event.length(Field.SUBJ));
        case 1 -> {
          PathList paths = event.paths();
          take(
              i,
              path < 0 ? 0 : paths.value(path, PathList.LABEL),
              path < 0 ? 0 : paths.length(path, PathList.LABEL));
        }
        case 2 -> take(i, event.value(Field.SCONTEXT), event.length(Field.SCONTEXT));
        default -> take(i, event.value(Field.TCONTEXT), event.length(Field.TCONTEXT));
      }
      if (length[i] > 0) {
        isContext[i] = isContext(label[i], length[i]);
        contexts += isContext[i] ? 1 : 0;
        others += isContext[i] ? 0 : 1;
      }
    }
    if (contexts > 0) {
      contexts();
    }
    if (others > 0) {
      others();
    }
  }

  private void take(int place, long value, int valueLength) {
    boolean quoted =
        valueLength > 1
            && Memory.byteAt(value) == '"'
            && Memory.byteAt(value + valueLength - 1) == '"';
    label[place] = quoted ? value + 1 : value;
    length[place] =
        Value.isNothing(value, valueLength) ? 0 : quoted ? valueLength - 2 : valueLength;
  }

  // Labels of others may hold colons too: `User::App`, `a//&:b:unconfined`.
  private static boolean isContext(long text, int textLength) {
    long end = text + textLength;
    long role = to(text, end, ':') + 1;
    long type = role < end ? to(role, end, ':') + 1 : end;
    return role > text + 1
        && type > role + 1
        && type < end
        && Memory.byteAt(type) != ':'
        && to(text, role, '/') == role;
  }

  private void others() {
    int mark = json.open(LABEL);
    for (int i = 0; i < PLACES; i++) {
      if (length[i] > 0 && !isContext[i]) {
        json.text(KEYS[i], LABEL_PLACES[i], label[i], length[i]);
      }
    }
    json.close(mark);
  }

  private void contexts() {
    int mark = json.open(SELINUX);
    for (int i = 0; i < PLACES; i++) {
      if (length[i] > 0 && isContext[i]) {
        int context = json.open(KEYS[i]);
        parts(PART_PLACES[i], label[i], label[i] + length[i]);
        json.close(context);
      }
    }
    json.close(mark);
  }

  private void parts(byte[][] places, long start, long end) {
    long at = start;
    for (int part = 0; part < PARTS.length && at < end; part++) {
      long to = part == PARTS.length - 1 ? end : to(at, end, ':');
      if (to > at) {
        json.text(PARTS[part], places[part], at, (int) (to - at));
      }
      if (part == PARTS.length - 1) {
        categories(places[PARTS.length], at, end);
      }
      at = to + 1;
    }
  }

  private void categories(byte[] place, long level, long end) {
    long colon = to(to(level, end, '-'), end, ':');
    if (colon == end) {
      // No range, or one whose high end has none.
      colon = to(level, end, '-') == end ? to(level, end, ':') : end;
    }
    int mark = json.openArray(CATEGORIES);
    int index = 0;
    for (long at = colon + 1; at < end && json.hasRoom(); ) {
      long to = to(at, end, ',');
      if (to > at) {
        json.out().put('"');
        json.element(place, index++, at, (int) (to - at));
        json.out().put('"', ',');
      }
      at = to + 1;
    }
    json.closeArray(mark);
  }

  private static long to(long from, long end, long wanted) {
    return EightBytes.find(from, end, EightBytes.ONES * wanted);
  }
}
