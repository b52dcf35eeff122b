package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;

/// The name of a field of EXECVE taken apart: `a12` is argument 12 whole, `a12[3]` piece 3 of it;
/// `a12_len` and `argc` are none.
final class ArgumentName {
  /// The piece of an argument that is whole.
  static final int WHOLE = -1;

  private int argument;
  private int piece;

  /// Number of the argument.
  int argument() {
    return argument;
  }

  /// Number of the piece, or `WHOLE`.
  int piece() {
    return piece;
  }

  /// Reads the name that a record's walk stands at. False: it is none of an argument.
  boolean read(RecordFlyweight record) {
    long name = record.nameAddress();
    int length = record.nameLength();
    if (length < 2 || Memory.byteAt(name) != 'a') {
      return false;
    }
    int at = 1;
    int number = 0;
    while (at < length && at < 9 && isDigit(Memory.byteAt(name + at))) {
      number = number * 10 + Memory.byteAt(name + at++) - '0';
    }
    if (at == 1) {
      return false;
    }
    argument = number;
    piece = WHOLE;
    if (at == length) {
      return true;
    }
    if (Memory.byteAt(name + at) != '[' || Memory.byteAt(name + length - 1) != ']') {
      return false;
    }
    int first = ++at;
    number = 0;
    while (at < length - 1 && at - first < 9 && isDigit(Memory.byteAt(name + at))) {
      number = number * 10 + Memory.byteAt(name + at++) - '0';
    }
    piece = number;
    return at > first && at == length - 1;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
