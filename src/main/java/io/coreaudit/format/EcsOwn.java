package io.coreaudit.format;

import io.coreaudit.event.OwnEventWalk;
import io.coreaudit.memory.Memory;

/// Writes the fields of one of the agent's own events under their names: digits are a number, what
/// stands in quotes is text.
final class EcsOwn {
  private static final long NO_NUMBER = Long.MIN_VALUE;

  private final JsonWriter json;
  private final OwnEventWalk walk = new OwnEventWalk();
  private final FieldNames names = new FieldNames();
  private final Scratch text = new Scratch(256);

  EcsOwn(JsonWriter json) {
    this.json = json;
  }

  /// Writes the object.
  ///
  /// @param key its name
  /// @param place where it stands, with a dot behind
  void write(long address, int length, Piece key, byte[] place) {
    int own = json.open(key);
    names.clear();
    walk.wrap(address, length);
    while (walk.next()) {
      if (!names.add(walk.nameAddress(), walk.nameLength())) {
        continue;
      }
      long number =
          walk.quoted()
              ? NO_NUMBER
              : FieldWalk.decimal(walk.valueAddress(), walk.valueLength(), NO_NUMBER);
      json.out().put('"');
      json.out().put(walk.nameAddress(), walk.nameLength());
      json.out().put('"', ':');
      if (number != NO_NUMBER) {
        json.out().putDecimal(number);
      } else {
        decode();
        json.out().put('"');
        json.member(place, walk.nameAddress(), walk.nameLength(), text.address(), text.length());
        json.out().put('"');
      }
      json.out().put(',');
    }
    json.close(own);
  }

  /// Puts the value together, each `\xHH` as the byte it stands for.
  private void decode() {
    text.clear();
    long end = walk.valueAddress() + walk.valueLength();
    for (long at = walk.valueAddress(); at < end; at++) {
      int b = Memory.byteAt(at);
      boolean escaped = b == '\\' && end - at > 3 && Memory.byteAt(at + 1) == 'x';
      if (!escaped || !text.appendHex(at + 2, 2)) {
        text.append(b);
      } else {
        at += 3;
      }
    }
  }
}
