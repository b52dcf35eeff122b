package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Writes bytes as the inside of a JSON string, each byte one character: so every byte comes back,
/// whatever it is. Below 0x20, from 0x7f on, it is escaped by its number.
final class ByteText {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int LONGEST_ESCAPE = 6;

  private ByteText() {}

  /// Appends the bytes at an address.
  static void append(ByteOutput out, long address, int length) {
    int at = 0;
    out.ensure(length + Long.BYTES);
    while (length - at >= Long.BYTES) {
      long word = Memory.longAt(address + at);
      if (!isPlain(word)) {
        break;
      }
      out.ensure(Long.BYTES);
      LONG.set(out.array(), out.length(), word);
      out.advanceTo(out.length() + Long.BYTES);
      at += Long.BYTES;
    }
    if (at < length) {
      int left = length - at;
      if (left < Long.BYTES) {
        long word = EightBytes.load(address + at, left);
        if (isPlain(word | EightBytes.BLANKS << (left << 3))) {
          out.ensure(Long.BYTES);
          LONG.set(out.array(), out.length(), word);
          out.advanceTo(out.length() + left);
          return;
        }
      }
      out.ensure(left * LONGEST_ESCAPE);
      for (; at < length; at++) {
        appendByte(out, Memory.byteAt(address + at) & 0xff);
      }
    }
  }

  /// Appends the bytes of an array.
  static void append(ByteOutput out, byte[] bytes, int length) {
    int at = 0;
    out.ensure(length + Long.BYTES);
    while (length - at >= Long.BYTES) {
      long word = (long) LONG.get(bytes, at);
      if (!isPlain(word)) {
        break;
      }
      LONG.set(out.array(), out.length(), word);
      out.advanceTo(out.length() + Long.BYTES);
      at += Long.BYTES;
    }
    out.ensure((length - at) * LONGEST_ESCAPE);
    for (; at < length; at++) {
      appendByte(out, bytes[at] & 0xff);
    }
  }

  private static void appendByte(ByteOutput out, int value) {
    if (value >= 0x20 && value < 0x7f) {
      if (value == '"' || value == '\\') {
        out.put('\\');
      }
      out.put(value);
    } else {
      out.put('\\', 'u');
      out.putHex(value, 4);
    }
  }

  private static boolean isPlain(long word) {
    // 0x7f and one is 0x80.
    return JsonText.isPlain(word) && (word + EightBytes.ONES & EightBytes.HIGHS) == 0;
  }
}
