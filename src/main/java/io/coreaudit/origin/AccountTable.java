package io.coreaudit.origin;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Names by id: open addressing over primitive arrays, immutable once built.
final class AccountTable {
  private static final int MAX_ENTRIES = 1 << 16;
  private static final int MAX_NAME_BYTES = 256;

  private final int[] ids;
  private final byte[][] names;
  private final int mask;
  private final boolean isEmpty;
  private final int brokenLines;

  private AccountTable(Map<Integer, byte[]> entries, int brokenLines) {
    int size = Integer.highestOneBit(Math.max(4, entries.size() * 2)) << 1;
    ids = new int[size];
    names = new byte[size][];
    mask = size - 1;
    isEmpty = entries.isEmpty();
    this.brokenLines = brokenLines;
    entries.forEach(
        (id, name) -> {
          int cell = cell(id);
          while (names[cell] != null) {
            cell = cell + 1 & mask;
          }
          ids[cell] = id;
          names[cell] = name;
        });
  }

  /// The name of an id, or null.
  byte[] name(int id) {
    int cell = cell(id);
    while (names[cell] != null) {
      if (ids[cell] == id) {
        return names[cell];
      }
      cell = cell + 1 & mask;
    }
    return null;
  }

  boolean isEmpty() {
    return isEmpty;
  }

  int brokenLines() {
    return brokenLines;
  }

  private int cell(int id) {
    return (id * 0x9e3779b9 >>> 7) & mask;
  }

  /// Collects entries from the text of passwd or group files: `name:password:id:...`.
  static final class Builder {
    private final Map<Integer, byte[]> entries = new HashMap<>();
    private int brokenLines;

    /// Adds the entries of a file. An id that is there already keeps its name.
    void add(byte[] file) {
      int line = 0;
      while (line < file.length) {
        int end = line;
        while (end < file.length && file[end] != '\n') {
          end++;
        }
        if (end > line && file[line] != '#' && !entry(file, line, end)) {
          brokenLines++;
        }
        line = end + 1;
      }
    }

    AccountTable build() {
      return new AccountTable(entries, brokenLines);
    }

    private boolean entry(byte[] file, int from, int to) {
      int nameEnd = colon(file, from, to);
      int passwordEnd = colon(file, nameEnd + 1, to);
      int idEnd = colon(file, passwordEnd + 1, to);
      int nameLength = nameEnd - from;
      boolean compatibility = file[from] == '+' || file[from] == '-';
      if (idEnd == to || nameLength == 0 || nameLength > MAX_NAME_BYTES || compatibility) {
        return false;
      }
      long id = 0;
      for (int i = passwordEnd + 1; i < idEnd; i++) {
        if (file[i] < '0' || file[i] > '9' || id > 0xffffffffL) {
          return false;
        }
        id = id * 10 + file[i] - '0';
      }
      boolean noId = idEnd == passwordEnd + 1 || id >= 0xffffffffL;
      if (noId || entries.size() >= MAX_ENTRIES) {
        return false;
      }
      entries.putIfAbsent((int) id, Arrays.copyOfRange(file, from, nameEnd));
      return true;
    }

    private static int colon(byte[] file, int from, int to) {
      int at = Math.min(from, to);
      while (at < to && file[at] != ':') {
        at++;
      }
      return at;
    }
  }
}
