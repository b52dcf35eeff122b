package io.coreaudit.record;

import io.coreaudit.memory.Memory;

/// Text looked at eight bytes at a time: a byte found, a few bytes as one number, digits as theirs.
///
/// A byte that is looked for comes eightfold (`ONES * ' '`). The first byte of a word is its
/// lowest.
public final class EightBytes {
  /// A one in each byte.
  public static final long ONES = 0x0101010101010101L;

  /// The highest bit of each byte.
  public static final long HIGHS = 0x8080808080808080L;

  /// Blanks.
  public static final long BLANKS = ONES * ' ';

  static final long EQUALS = ONES * '=';

  /// Digits zero.
  public static final long ZEROS = ONES * '0';

  private static final long OVER_NINE = ONES * (0x7f - 9);
  private static final long OVER_SIX = ONES * (0x7f - 6);
  private static final long LOWS = ~HIGHS;

  // Multiplied by this, the lowest bits of eight bytes come together in the highest byte.
  private static final long GATHER = 0x0102040810204080L;

  private EightBytes() {}

  /// The high bit of each byte that equals; bits above the lowest may lie.
  public static long matches(long word, long eightfold) {
    long x = word ^ eightfold;
    return (x - ONES) & ~x & HIGHS;
  }

  /// The place of the lowest match, 8 when there is none.
  public static int lowest(long match) {
    return Long.numberOfTrailingZeros(match) >>> 3;
  }

  /// One bit for each of eight bytes that equals, the first lowest; exact.
  static long bits(long word, long eightfold) {
    long x = word ^ eightfold;
    long equal = ~(((x & LOWS) + LOWS) | x | LOWS);
    return (equal >>> 7) * GATHER >>> 56;
  }

  /// The first place of a byte in [from, end), or end.
  public static long find(long from, long end, long eightfold) {
    long p = from;
    while (end - p >= 8) {
      long match = matches(Memory.longAt(p), eightfold);
      if (match != 0) {
        return p + lowest(match);
      }
      p += 8;
    }
    byte wanted = (byte) eightfold;
    while (p < end && Memory.byteAt(p) != wanted) {
      p++;
    }
    return p;
  }

  /// Up to eight bytes as a number, zeros behind them. Reads nothing outside of them.
  public static long load(long address, int length) {
    if (length >= 8) {
      return Memory.longAt(address);
    }
    if (length >= 4) {
      long first = Memory.intAt(address) & 0xffff_ffffL;
      long last = Memory.intAt(address + length - 4) & 0xffff_ffffL;
      return first | last << (length - 4 << 3);
    }
    if (length <= 0) {
      return 0;
    }
    int middle = length >> 1;
    int last = length - 1;
    return Memory.byteAt(address) & 0xff
        | (Memory.byteAt(address + middle) & 0xff) << (middle << 3)
        | (Memory.byteAt(address + last) & 0xff) << (last << 3);
  }

  /// Decimal digits as a number below 10^18; the other one for anything else.
  public static long decimal(long address, int length, long otherwise) {
    if (length <= 8) {
      long number = length <= 0 ? -1 : digits(address, length);
      return number < 0 ? otherwise : number;
    }
    return longDecimal(address, length, otherwise);
  }

  private static long longDecimal(long address, int length, long otherwise) {
    if (length > 18) {
      return otherwise;
    }
    int rest = length - 8;
    long low = digits(address + rest, 8);
    long middle = digits(address + Math.max(0, rest - 8), Math.min(rest, 8));
    long high = rest > 8 ? digits(address, rest - 8) : 0;
    return (low | middle | high) < 0
        ? otherwise
        : (high * 100_000_000 + middle) * 100_000_000 + low;
  }

  // One to eight decimal digits; -1 for anything else.
  private static long digits(long address, int length) {
    // The last digit into the highest byte, zeros in front.
    long n = (load(address, length) ^ ZEROS) << (8 - length << 3);
    if ((((n & LOWS) + OVER_NINE | n) & HIGHS) != 0) {
      return -1;
    }
    n = n * 10 + (n >>> 8); // pairs, in every second byte
    return ((n & 0x000000ff000000ffL) * 0x000f424000000064L
            + (n >>> 16 & 0x000000ff000000ffL) * 0x0000271000000001L)
        >>> 32;
  }

  /// Up to eight hexadecimal digits as a number; -1 for anything else.
  public static long hex(long address, int length) {
    if (length <= 0 || length > 8) {
      return -1;
    }
    int padding = 8 - length << 3;
    long word = load(address, length);
    long bytes = hexBytes(padding == 0 ? word : word << padding | ZEROS & (1L << padding) - 1);
    return bytes < 0 ? -1 : Integer.reverseBytes((int) bytes) & 0xffff_ffffL;
  }

  /// The four bytes that eight hexadecimal digits stand for, the first lowest; negative when one is
  /// none.
  public static long hexBytes(long word) {
    long digit = word ^ ZEROS;
    long noDigit = (digit & LOWS) + OVER_NINE | digit;
    long letter = (word | BLANKS) ^ ONES * 0x60;
    long low = letter & LOWS;
    long noLetter = low + OVER_SIX | letter | ~(low + LOWS);
    if ((noDigit & noLetter & HIGHS) != 0) {
      return -1;
    }
    long n = (word & ONES * 15) + (word >>> 6 & ONES) * 9;
    n = (n << 4 | n >>> 8) & 0x00ff00ff00ff00ffL;
    n = (n | n >>> 8) & 0x0000ffff0000ffffL;
    return (n | n >>> 16) & 0xffff_ffffL;
  }
}
