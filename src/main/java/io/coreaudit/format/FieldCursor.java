package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;

/// Walks over the fields of a record as the encoders understand them: a value in quotes goes to the
/// closing one, blanks and what looks like fields included (user space writes such); of other
/// values what belongs to the message around them is cut off.
final class FieldCursor {
  private final RecordFlyweight record = new RecordFlyweight();
  private long textEnd;
  private long quotedEnd;
  private int valueLength;

  /// Looks at a record's text.
  void wrap(long text, int length) {
    record.wrap(text, length);
    record.rewind();
    textEnd = text + length;
    quotedEnd = 0;
  }

  /// Moves to the next field that has a value; false at the end.
  boolean next() {
    while (record.next()) {
      if (record.nameAddress() < quotedEnd) {
        continue;
      }
      long value = record.valueAddress();
      if (Memory.byteAt(value) == '"') {
        valueLength = quotedLength(value, record.valueLength());
        quotedEnd = value + valueLength;
      } else {
        valueLength = bareLength(value, record.valueLength());
      }
      if (valueLength > 0) {
        return true;
      }
    }
    return false;
  }

  /// Whether auditd added a part to the record. Ends the walk.
  boolean hasEnriched() {
    return record.rewindEnriched();
  }

  /// Number of the field, -1 for one that `Field` does not know.
  int field() {
    return Field.of(record);
  }

  RecordFlyweight record() {
    return record;
  }

  long value() {
    return record.valueAddress();
  }

  int valueLength() {
    return valueLength;
  }

  private int quotedLength(long start, int length) {
    if (length > 1 && Memory.byteAt(start + length - 1) == '"') {
      return length;
    }
    for (long at = start + 1; at < textEnd; at++) {
      byte b = Memory.byteAt(at);
      if (b == '"') {
        return (int) (at + 1 - start);
      }
      if (b == RecordFlyweight.ENRICHED_SEPARATOR) {
        break;
      }
    }
    return length;
  }

  /// Of a value without quotes `:`, `,`, `'` and `)` are cut at the end, once each, in this order,
  /// as libauparse does; `)` stays when the value began with `(`.
  static int bareLength(long start, int length) {
    byte last = Memory.byteAt(start + length - 1);
    if (last >= '0' && last != ':') {
      return length;
    }
    int rest = cut(start, length, ':');
    rest = cut(start, rest, ',');
    rest = cut(start, rest, '\'');
    return rest > 0 && Memory.byteAt(start) == '(' ? rest : cut(start, rest, ')');
  }

  private static int cut(long start, int length, int last) {
    return length > 0 && Memory.byteAt(start + length - 1) == last ? length - 1 : length;
  }
}
