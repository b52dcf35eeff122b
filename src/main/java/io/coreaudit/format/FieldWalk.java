package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;

/// Values as numbers and words.
final class FieldWalk {
  private FieldWalk() {}

  /// Decimal digits as a number below 10^18, one `-` allowed; else the other one.
  static long decimal(long address, int length, long otherwise) {
    if (length > 1 && Memory.byteAt(address) == '-') {
      long number = EightBytes.decimal(address + 1, length - 1, -1);
      return number < 0 ? otherwise : -number;
    }
    return EightBytes.decimal(address, length, otherwise);
  }

  /// Hexadecimal digits (`0x` in front allowed) as a number of up to 64 bits; else the other one.
  static long hex(long address, int length, long otherwise) {
    long upToEight = EightBytes.hex(address, length);
    return upToEight >= 0 ? upToEight : anyHex(address, length, otherwise);
  }

  private static long anyHex(long address, int length, long otherwise) {
    long at = address;
    long end = address + length;
    if (length > 2 && Memory.byteAt(at) == '0' && Memory.byteAt(at + 1) == 'x') {
      at += 2;
    }
    if (at == end || end - at > 16) {
      return otherwise;
    }
    long number = 0;
    for (; at < end; at++) {
      int digit = Value.digit(Memory.byteAt(at));
      if (digit < 0) {
        return otherwise;
      }
      number = number << 4 | digit;
    }
    return number;
  }

  /// Octal digits as a number of up to 30 bits; else the other one.
  static int octal(long address, int length, int otherwise) {
    if (length == 0 || length > 10) {
      return otherwise;
    }
    int number = 0;
    for (int i = 0; i < length; i++) {
      int digit = Memory.byteAt(address + i) - '0';
      if (digit < 0 || digit > 7) {
        return otherwise;
      }
      number = number << 3 | digit;
    }
    return number;
  }
}
