package io.coreaudit.interpret;

import java.util.Arrays;

/// Names of users and groups by number, from the text of passwd and group files.
///
/// Immutable once it is given away; asking allocates nothing.
public final class AccountNames {
  private static final int LONGEST_NAME = 256;

  private int[] ids = new int[16];
  private byte[][] names = new byte[16][];
  private int count;

  /// Creates names of nobody.
  public AccountNames() {}

  /// Adds the entries of a file: `name:password:number:...`. The first name of a number stays;
  /// lines that are no entry are passed over.
  public AccountNames add(byte[] file) {
    int line = 0;
    while (line < file.length) {
      int end = line;
      while (end < file.length && file[end] != '\n') {
        end++;
      }
      entry(file, line, end);
      line = end + 1;
    }
    return this;
  }

  private void entry(byte[] file, int from, int to) {
    int nameEnd = colon(file, from, to);
    int at = colon(file, nameEnd + 1, to) + 1;
    if (nameEnd == from
        || nameEnd - from > LONGEST_NAME
        || file[from] == '#'
        || file[from] == '+') {
      return;
    }
    long id = -1;
    for (; at < to && file[at] != ':'; at++) {
      int digit = file[at] - '0';
      if (digit < 0 || digit > 9 || id > 0xffffffffL) {
        return;
      }
      id = Math.max(id, 0) * 10 + digit;
    }
    if (id >= 0 && id < 0xffffffffL && name((int) id) == null) {
      put((int) id, Arrays.copyOfRange(file, from, nameEnd));
    }
  }

  private static int colon(byte[] file, int from, int to) {
    int at = Math.min(from, to);
    while (at < to && file[at] != ':') {
      at++;
    }
    return at;
  }

  private void put(int id, byte[] name) {
    if (++count * 2 > ids.length) {
      int[] oldIds = ids;
      byte[][] oldNames = names;
      ids = new int[oldIds.length * 2];
      names = new byte[ids.length][];
      for (int i = 0; i < oldIds.length; i++) {
        if (oldNames[i] != null) {
          int cell = free(oldIds[i]);
          ids[cell] = oldIds[i];
          names[cell] = oldNames[i];
        }
      }
    }
    int cell = free(id);
    ids[cell] = id;
    names[cell] = name;
  }

  private int free(int id) {
    int cell = cell(id);
    while (names[cell] != null) {
      cell = cell + 1 & ids.length - 1;
    }
    return cell;
  }

  private int cell(int id) {
    return id * 0x9e3779b9 >>> 7 & ids.length - 1;
  }

  /// The name of a number, or null. The array must not be changed.
  public byte[] name(int id) {
    int cell = cell(id);
    while (names[cell] != null) {
      if (ids[cell] == id) {
        return names[cell];
      }
      cell = cell + 1 & ids.length - 1;
    }
    return null;
  }
}
