package io.coreaudit.event;

import io.coreaudit.memory.Memory;

/// Walks over the fields of an own event's text: `wrap; while (next()) ...`. Allocates nothing.
public final class OwnEventWalk {
  private long position;
  private long end;
  private long name;
  private int nameLength;
  private long value;
  private int valueLength;
  private boolean quoted;

  /// Looks at a text.
  public OwnEventWalk wrap(long address, int length) {
    position = address;
    end = address + length;
    return this;
  }

  /// Moves to the next field; false at the end, or where the text is not of this form.
  public boolean next() {
    while (position < end && Memory.byteAt(position) == ' ') {
      position++;
    }
    name = position;
    while (position < end && Memory.byteAt(position) != '=') {
      position++;
    }
    nameLength = (int) (position - name);
    if (position >= end || nameLength == 0) {
      return false;
    }
    position++;
    quoted = position < end && Memory.byteAt(position) == '"';
    byte stop = ' ';
    if (quoted) {
      position++;
      stop = '"';
    }
    value = position;
    while (position < end && Memory.byteAt(position) != stop) {
      position++;
    }
    valueLength = (int) (position - value);
    position++;
    return true;
  }

  /// Where the field's name begins.
  public long nameAddress() {
    return name;
  }

  /// Length of the name.
  public int nameLength() {
    return nameLength;
  }

  /// Where the value begins, quotes left out.
  public long valueAddress() {
    return value;
  }

  /// Length of the value.
  public int valueLength() {
    return valueLength;
  }

  /// Whether the value is a text, in which `\\xHH` stands for a byte; a number else.
  public boolean quoted() {
    return quoted;
  }
}
