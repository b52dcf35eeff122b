package io.coreaudit.interpret;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.util.Arrays;

/// What auditd wrote behind a record of the ENRICHED format: `AUID="alice" SYSCALL=openat`, in
/// upper case the name of the field that it interprets.
final class Enrichment {
  private static final long SADDR = 0x3d5244444153L; // SADDR=
  private static final long SIX_BYTES = (1L << 48) - 1;
  private static final long EQUALS = EightBytes.ONES * '=';
  private static final long UPPER_CASE = EightBytes.ONES * 0x20;

  private long[] words = new long[32];
  private long[] names = new long[32];
  private int[] nameLengths = new int[32];
  private long[] values = new long[32];
  private int[] valueLengths = new int[32];
  private int count;
  private int found;

  /// Forgets what was read.
  void clear() {
    count = 0;
  }

  /// Reads what stands behind a record.
  void read(long address, int length) {
    count = 0;
    long end = address + length;
    if (length >= 6 && (EightBytes.load(address, Math.min(length, 8)) & SIX_BYTES) == SADDR) {
      readAddress(address, end);
      return;
    }
    long at = address;
    while (at < end) {
      if (Memory.byteAt(at) == ' ') {
        at++;
        continue;
      }
      long wordEnd = EightBytes.find(at, end, EightBytes.BLANKS);
      long equal = EightBytes.find(at, wordEnd, EQUALS);
      if (equal < wordEnd) {
        add(at, (int) (equal - at), equal + 1, (int) (wordEnd - equal - 1));
      }
      at = wordEnd;
    }
  }

  // `SADDR={ saddr_fam=inet ... }` is one value to the end.
  private void readAddress(long address, long end) {
    long open = EightBytes.find(address, end, EightBytes.ONES * '{');
    if (open < end && EightBytes.find(open, end, EightBytes.ONES * '}') < end) {
      add(address, 5, open, (int) (end - open));
    }
  }

  private void add(long name, int nameLength, long value, int valueLength) {
    if (count == words.length) {
      grow();
    }
    words[count] = lower(EightBytes.load(name, nameLength));
    names[count] = name;
    nameLengths[count] = nameLength;
    values[count] = value;
    valueLengths[count++] = valueLength;
  }

  private void grow() {
    int size = count * 2;
    words = Arrays.copyOf(words, size);
    names = Arrays.copyOf(names, size);
    nameLengths = Arrays.copyOf(nameLengths, size);
    values = Arrays.copyOf(values, size);
    valueLengths = Arrays.copyOf(valueLengths, size);
  }

  /// Looks for a field's interpretation; false: there is none.
  boolean find(long name, int nameLength) {
    long word = EightBytes.load(name, nameLength);
    for (int i = 0; i < count; i++) {
      if (words[i] == word && nameLengths[i] == nameLength && restIs(names[i], name, nameLength)) {
        found = i;
        return true;
      }
    }
    return false;
  }

  /// Where the value begins that was found.
  long value() {
    return values[found];
  }

  /// Its length.
  int valueLength() {
    return valueLengths[found];
  }

  private static boolean restIs(long upper, long name, int length) {
    for (int i = 8; i < length; i++) {
      if ((lower(Memory.byteAt(upper + i) & 0xff) & 0xff) != (Memory.byteAt(name + i) & 0xff)) {
        return false;
      }
    }
    return true;
  }

  // Of each byte A to Z the lower case.
  private static long lower(long word) {
    long low = word & ~EightBytes.HIGHS;
    long fromA = low + EightBytes.ONES * (0x80 - 'A');
    long overZ = low + EightBytes.ONES * (0x7f - 'Z');
    return word | (fromA & ~overZ & ~word & EightBytes.HIGHS) >>> 2 & UPPER_CASE;
  }
}
