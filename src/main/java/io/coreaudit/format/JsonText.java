package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Writes bytes of any kind as the inside of a JSON string.
///
/// Valid UTF-8 stays as it is; `"` and `\` get a `\`; bytes below 0x20 become six (`u00` and two
/// digits); each longest piece that cannot be UTF-8 (overlong forms, surrogates, beyond U+10FFFF,
/// cut sequences) becomes one U+FFFD, the way of the Unicode standard (3.9, table 3-7).
///
/// Eight bytes are looked at together; most text is written without looking at any byte alone.
final class JsonText {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long SPACES = ONES * 0x20;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final int CHUNK = 4096;

  private JsonText() {}

  /// Appends the bytes at an address.
  ///
  /// @return how many pieces were not UTF-8
  static int append(ByteOutput out, long address, int length) {
    long at = address;
    long end = address + length;
    int replaced = 0;
    while (at < end) {
      long chunkEnd = Math.min(at + CHUNK, end);
      // The worst byte takes six; a step writes eight before it counts them.
      out.ensure((int) (chunkEnd - at) * 6 + 16);
      byte[] to = out.array();
      int position = out.length();
      while (at < chunkEnd) {
        if (end - at >= 8) {
          long word = Memory.longAt(at);
          LONG.set(to, position, word);
          long special = special(word);
          if (special == 0) {
            at += 8;
            position += 8;
            continue;
          }
          int plain = Long.numberOfTrailingZeros(special) >>> 3;
          at += plain;
          position += plain;
        } else {
          int left = (int) (end - at);
          long word = EightBytes.load(at, left);
          LONG.set(to, position, word);
          long special = special(word | SPACES << (left << 3));
          if (special == 0) {
            at = end;
            position += left;
            continue;
          }
          int plain = Long.numberOfTrailingZeros(special) >>> 3;
          at += plain;
          position += plain;
        }
        int first = Memory.byteAt(at);
        if (first >= 0x20) {
          if (first == '"' || first == '\\') {
            to[position++] = '\\';
          }
          to[position++] = (byte) first;
          at++;
        } else if (first >= 0) {
          position = control(to, position, first);
          at++;
        } else {
          int valid = sequence(at, end);
          if (valid > 0) {
            for (int i = 0; i < valid; i++) {
              to[position++] = Memory.byteAt(at++);
            }
          } else {
            to[position++] = (byte) 0xef;
            to[position++] = (byte) 0xbf;
            to[position++] = (byte) 0xbd;
            at -= valid;
            replaced++;
          }
        }
      }
      out.advanceTo(position);
    }
    return replaced;
  }

  /// The lowest high bit that is set stands in the first byte that cannot be copied as it is.
  private static long special(long word) {
    // Of a byte below 0x80 each difference has the high bit when it is too small, and one above has
    // it itself; borrows reach only bytes above.
    return ((word - SPACES) | ((word ^ QUOTES) - ONES) | ((word ^ BACKSLASHES) - ONES) | word)
        & HIGHS;
  }

  /// Whether eight bytes can be copied as they are.
  static boolean isPlain(long word) {
    return special(word) == 0;
  }

  private static int control(byte[] to, int position, int value) {
    to[position] = '\\';
    to[position + 1] = 'u';
    to[position + 2] = '0';
    to[position + 3] = '0';
    to[position + 4] = (byte) ('0' + (value >>> 4));
    int low = value & 15;
    to[position + 5] = (byte) (low < 10 ? '0' + low : 'a' + low - 10);
    return position + 6;
  }

  /// Length of the sequence that begins here with a byte above 0x7f; negative: so many bytes are
  /// none.
  static int sequence(long at, long end) {
    int first = Memory.byteAt(at) & 0xff;
    int least = 0x80;
    int most = 0xbf;
    int length;
    if (first >= 0xc2 && first <= 0xdf) {
      length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
      length = 3;
      least = first == 0xe0 ? 0xa0 : 0x80;
      most = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
      length = 4;
      least = first == 0xf0 ? 0x90 : 0x80;
      most = first == 0xf4 ? 0x8f : 0xbf;
    } else {
      return -1;
    }
    for (int i = 1; i < length; i++) {
      if (at + i >= end) {
        return -i;
      }
      int next = Memory.byteAt(at + i) & 0xff;
      if (next < least || next > most) {
        return -i;
      }
      least = 0x80;
      most = 0xbf;
    }
    return length;
  }
}
