package io.coreaudit.record;

import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Names and numbers of record types, as libaudit gives them.
///
/// A type without a name is written `UNKNOWN[n]`; that form and a bare number are read too. Letters
/// are read in either case.
public final class RecordTypes {
  /// The number of a name that nobody knows.
  public static final int NO_NUMBER = -1;

  private static final int FIRST = 1000;
  private static final int SLOTS = 1024; // over four times the names: probes stay short
  private static final byte[] UNKNOWN = "UNKNOWN[".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_UNKNOWN_NUMBER = 7; // libaudit looks at no more digits

  private static final String[] NAME_OF = new String[2000];
  private static final byte[][] NAME_BYTES = new byte[SLOTS][];
  private static final int[] NUMBER = new int[SLOTS];

  static {
    for (int i = 0; i < RecordType.NUMBERS.length; i++) {
      String name = RecordType.NAMES[i];
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      NAME_OF[RecordType.NUMBERS[i] - FIRST] = name;
      int slot = slotOf(bytes);
      while (NAME_BYTES[slot] != null) {
        slot = slot + 1 & SLOTS - 1;
      }
      NAME_BYTES[slot] = bytes;
      NUMBER[slot] = RecordType.NUMBERS[i];
    }
  }

  private RecordTypes() {}

  /// The name of a type; `UNKNOWN[n]` (a new string) for one that has none.
  public static String name(int type) {
    String name = knownName(type);
    return name != null ? name : "UNKNOWN[" + type + "]";
  }

  /// The name of a type, null for one that has none.
  public static String knownName(int type) {
    int index = type - FIRST;
    return index >= 0 && index < NAME_OF.length ? NAME_OF[index] : null;
  }

  /// The number of a name, `UNKNOWN[n]` or bare number; `NO_NUMBER` for any other text.
  public static int number(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address();
      return number(address, bytes.length);
    }
  }

  /// The number of a name where it lies in memory. Allocates nothing.
  public static int number(long address, int length) {
    int hash = 0;
    for (int i = 0; i < length; i++) {
      hash = hash * 31 + upper(Memory.byteAt(address + i));
    }
    int slot = spread(hash);
    for (byte[] known; (known = NAME_BYTES[slot]) != null; slot = slot + 1 & SLOTS - 1) {
      if (known.length == length && matches(known, address)) {
        return NUMBER[slot];
      }
    }
    return parsedNumber(address, length);
  }

  private static int parsedNumber(long address, int length) {
    int start = 0;
    if (length > UNKNOWN.length && Memory.isAt(address, UNKNOWN)) {
      start = UNKNOWN.length;
      int close = start;
      while (close < length && Memory.byteAt(address + close) != ']') {
        close++;
      }
      if (close == length) {
        return NO_NUMBER;
      }
      length = Math.min(length, start + LONGEST_UNKNOWN_NUMBER);
    }
    int number = 0;
    int at = start;
    while (at < length && isDigit(Memory.byteAt(address + at)) && number < 100_000_000) {
      number = number * 10 + Memory.byteAt(address + at++) - '0';
    }
    return at > start ? number : NO_NUMBER;
  }

  private static boolean matches(byte[] name, long address) {
    for (int i = 0; i < name.length; i++) {
      if (name[i] != upper(Memory.byteAt(address + i))) {
        return false;
      }
    }
    return true;
  }

  private static int slotOf(byte[] name) {
    int hash = 0;
    for (byte b : name) {
      hash = hash * 31 + upper(b);
    }
    return spread(hash);
  }

  private static int spread(int hash) {
    return (hash * 0x9E3779B9 >>> 22) & SLOTS - 1;
  }

  private static int upper(byte b) {
    return b >= 'a' && b <= 'z' ? b - 32 : b;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
