package io.coreaudit.format;

import io.coreaudit.memory.Memory;

/// Writes one JSON object. Each member ends with a comma, which the end of its object takes away;
/// an object or array without members is taken away whole.
///
/// Text that is not UTF-8 is noted with its hexadecimal under the name of its place; `broken` gives
/// what was noted.
///
/// An object has a bound, so that no event, however strange, takes memory without one: text is cut
/// where it would pass the bound, at a character, and `isCut` tells. A control byte takes six bytes
/// of JSON, and a frame may hold two million of them. Names, numbers and brackets are not counted
/// against the bound; whoever writes a list asks `hasRoom` before each element.
final class JsonWriter {
  /// Bound of an object unless `limit` sets another.
  static final int TEXT_BYTES = 768 << 10;

  private static final int NOTES_BYTES = 256;
  private static final int NOTES_KEPT_BYTES = 64 << 10;
  private static final int ELEMENT_BYTES = 64;
  private static final int SHORT_TEXT = 256;

  private ByteOutput broken = new ByteOutput(NOTES_BYTES);
  private int start;
  private int limitBytes;
  private boolean cut;
  private ByteOutput out;
  private boolean brokenArray;

  /// Starts an object at the end of an output.
  void start(ByteOutput output) {
    out = output;
    start = out.length();
    limitBytes = TEXT_BYTES;
    cut = false;
    if (broken.array().length > NOTES_KEPT_BYTES) {
      broken = new ByteOutput(NOTES_BYTES); // one huge event must not stay
    }
    broken.clear();
    brokenArray = false;
    out.put('{');
  }

  /// Sets how long the object may become by the text that comes now, in bytes.
  void limit(int bytes) {
    limitBytes = bytes;
  }

  /// Whether a list may have one more element. False: it ends here, and the object is cut.
  boolean hasRoom() {
    if (room() < ELEMENT_BYTES) {
      cut = true;
      return false;
    }
    return true;
  }

  /// Notes that something of the event is left out.
  void cut() {
    cut = true;
  }

  /// Whether something of the event was left out.
  boolean isCut() {
    return cut;
  }

  private int room() {
    return limitBytes - (out.length() - start) - broken.length();
  }

  /// How much of a text has room: all of it, or what ends before a character.
  private int fitting(long address, int length) {
    int room = room();
    if (length <= room / 6) {
      return length;
    }
    int fits = 0;
    for (int bytes = 0; fits < length; fits++) {
      bytes += widthOf(Memory.byteAt(address + fits));
      if (bytes > room) {
        break;
      }
    }
    if (fits == length) {
      return length;
    }
    cut = true;
    for (int back = 0; back < 3 && fits > 0 && isContinuation(address + fits); back++) {
      fits--;
    }
    return fits;
  }

  /// The most that a byte takes: one that is not UTF-8 becomes U+FFFD.
  private static int widthOf(byte b) {
    if (b < 0) {
      return 3;
    }
    if (b < 0x20) {
      return 6;
    }
    return b == '"' || b == '\\' ? 2 : 1;
  }

  private static boolean isContinuation(long address) {
    return (Memory.byteAt(address) & 0xc0) == 0x80;
  }

  /// Ends the object and the line.
  void finish() {
    int last = out.length() - 1;
    out.array()[last] = '}';
    out.put('\n');
  }

  /// Where members are written that need a form of their own. The comma belongs to them.
  ByteOutput out() {
    return out;
  }

  /// A member's name as it is written: in quotes, with its colon.
  static Piece key(String name) {
    return Piece.of('"' + name + "\":");
  }

  /// Begins an object.
  ///
  /// @return what `close` wants
  int open(Piece key) {
    int mark = out.length();
    out.put(key, '{');
    return mark;
  }

  /// Ends an object.
  void close(int mark) {
    end(mark, '{', '}');
  }

  /// Begins an array.
  ///
  /// @return what `closeArray` wants
  int openArray(Piece key) {
    int mark = out.length();
    out.put(key, '[');
    return mark;
  }

  /// Ends an array.
  void closeArray(int mark) {
    end(mark, '[', ']');
    endElements();
  }

  /// Ends what was written by `element`, where no array was begun.
  void endElements() {
    if (brokenArray) {
      brokenArray = false;
      broken.array()[broken.length() - 1] = ']';
      broken.put(',');
    }
  }

  /// Begins an object that is an element of an array.
  int openElement() {
    int mark = out.length();
    out.put('{');
    return mark;
  }

  /// Ends an array inside another one, whose elements count on from those of the one before.
  void closeInnerArray(int mark) {
    end(mark, '[', ']');
  }

  private void end(int mark, char opening, char closing) {
    int last = out.length() - 1;
    if (out.array()[last] == opening) {
      out.truncate(mark);
    } else {
      out.array()[last] = (byte) closing;
      out.put(',');
    }
  }

  /// Writes a number.
  void number(Piece key, long value) {
    out.put(key);
    out.putDecimal(value);
    out.put(',');
  }

  /// Writes a number that stands as text at an address.
  void number(Piece key, long value, long address, int length) {
    out.put(key);
    decimal(value, address, length);
    out.put(',');
  }

  /// Writes a decimal number as text that stands so at an address.
  void quoted(Piece key, long value, long address, int length) {
    out.put(key, '"');
    decimal(value, address, length);
    out.put('"', ',');
  }

  // Copied, unless it is not written as we write it (007, -0).
  private void decimal(long value, long address, int length) {
    byte first = Memory.byteAt(address);
    if (first > '0' || length == 1) {
      out.put(address, length);
    } else {
      out.putDecimal(value);
    }
  }

  /// Writes text that is known to need no escape.
  void plain(Piece key, byte[] text) {
    out.put(key, '"');
    out.put(text);
    out.put('"', ',');
  }

  /// Writes a decimal number as text.
  void quoted(Piece key, long value) {
    out.put(key, '"');
    out.putDecimal(value);
    out.put('"', ',');
  }

  /// Writes text.
  ///
  /// @param place name under which it is noted when it is not UTF-8
  void text(Piece key, byte[] place, long address, int length) {
    if (length <= SHORT_TEXT && length <= room() && out.putMember(key, address, length)) {
      return;
    }
    out.put(key, '"');
    member(place, 0, 0, address, length);
    out.put('"', ',');
  }

  /// Writes text; key, quotes and comma are the caller's.
  ///
  /// @param place name under which it is noted when it is not UTF-8, first part
  /// @param name second part of that name; it needs no escape
  void member(byte[] place, long name, int nameLength, long address, int length) {
    int fits = fitting(address, length);
    if (JsonText.append(out, address, fits) > 0 && canNote(fits)) {
      broken.put('"');
      broken.put(place);
      broken.put(name, nameLength);
      broken.put('"', ':');
      broken.put('"');
      hexadecimal(address, fits);
      broken.put('"', ',');
    }
  }

  private boolean canNote(int length) {
    if (length * 2L + ELEMENT_BYTES > room()) {
      cut = true;
      return false;
    }
    return true;
  }

  /// Writes text whose bytes nobody needs should it not be UTF-8.
  void plainOrEscaped(Piece key, long address, int length) {
    if (length <= SHORT_TEXT && length <= room() && out.putMember(key, address, length)) {
      return;
    }
    out.put(key, '"');
    append(address, length);
    out.put('"', ',');
  }

  /// Writes text that is not noted should it not be UTF-8; key, quotes and comma are the caller's.
  void append(long address, int length) {
    JsonText.append(out, address, fitting(address, length));
  }

  /// Writes a piece of text of an element; quotes and comma are the caller's. What is not UTF-8 is
  /// noted as `<index>:<hexadecimal>` in an array under the name of its place.
  void element(byte[] place, int index, long address, int length) {
    int fits = fitting(address, length);
    if (JsonText.append(out, address, fits) > 0 && canNote(fits)) {
      if (!brokenArray) {
        brokenArray = true;
        broken.put('"');
        broken.put(place);
        broken.put('"', ':');
        broken.put('[');
      }
      broken.put('"');
      broken.putDecimal(index);
      broken.put(':');
      hexadecimal(address, fits);
      broken.put('"', ',');
    }
  }

  private void hexadecimal(long address, int length) {
    for (int i = 0; i < length; i++) {
      broken.putHex(Memory.byteAt(address + i), 2);
    }
  }

  /// Writes what was not UTF-8, as members.
  void broken(Piece key) {
    if (broken.length() > 0) {
      int mark = open(key);
      out.put(broken.array(), 0, broken.length());
      close(mark);
    }
  }
}
