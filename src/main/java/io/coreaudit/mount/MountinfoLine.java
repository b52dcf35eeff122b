package io.coreaudit.mount;

import io.coreaudit.memory.Memory;

/// One line of `/proc/PID/mountinfo`, read where it lies.
///
/// ```
///  36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue
///  id parent  root  point options   any number, also none       - type source   file system's options
///       device
/// ```
///
/// One space stands between two fields, and a field may be empty (a source can be). What escapes
/// the kernel writes it writes as a backslash and three octal digits.
final class MountinfoLine {
  private static final int ROOT = 3;
  private static final int POINT = 4;
  private static final int OPTIONS = 5;
  private static final int LEADING = 6;

  private final long[] starts = new long[LEADING];
  private final int[] lengths = new int[LEADING];
  private long end;
  private long at;

  /// The id that a line begins with, or -1 if it begins with none.
  static int id(long address, long end) {
    int id = 0;
    long at = address;
    for (; at < end && (Memory.byteAt(at) & 0xFF) - '0' >= 0 && Memory.byteAt(at) <= '9'; at++) {
      id = 10 * id + Memory.byteAt(at) - '0';
    }
    return at > address && at < end && Memory.byteAt(at) == ' ' ? id : -1;
  }

  /// The mount that a line tells of; null when it is no such line.
  ///
  /// @param end behind the line's last byte, its newline not counted
  Mount read(long address, long end) {
    this.at = address;
    this.end = end;
    for (int field = 0; field < LEADING; field++) {
      starts[field] = at;
      lengths[field] = next();
    }
    long optional = at;
    long optionalEnd = optional;
    while (at < end
        && !(Memory.byteAt(at) == '-' && at + 1 < end && Memory.byteAt(at + 1) == ' ')) {
      next();
      optionalEnd = at - 1;
    }
    at += 2;
    long type = at;
    int typeLength = next();
    long source = at;
    int sourceLength = next();
    int colon = colon(starts[2], lengths[2]);
    int id = number(starts[0], lengths[0]);
    int parent = number(starts[1], lengths[1]);
    if (id < 0 || parent < 0 || colon < 0 || at > end || typeLength == 0) {
      return null;
    }
    return new Mount(
        0,
        id,
        parent,
        number(starts[2], colon),
        number(starts[2] + colon + 1, lengths[2] - colon - 1),
        MountText.ofEscaped(starts[ROOT], lengths[ROOT]),
        MountText.ofEscaped(starts[POINT], lengths[POINT]),
        MountText.ofEscaped(type, typeLength),
        MountText.ofEscaped(source, sourceLength),
        MountText.of(starts[OPTIONS], lengths[OPTIONS]),
        MountText.of(at, (int) (end - at)),
        optionalEnd > optional ? MountText.of(optional, (int) (optionalEnd - optional)) : "");
  }

  /// Steps over a field and the space behind it; past the end of the line there are none.
  private int next() {
    long start = at;
    while (at < end && Memory.byteAt(at) != ' ') {
      at++;
    }
    int length = (int) Math.max(0, Math.min(at, end) - start);
    at++;
    return length;
  }

  private static int colon(long address, int length) {
    for (int i = 1; i < length - 1; i++) {
      if (Memory.byteAt(address + i) == ':') {
        return i;
      }
    }
    return -1;
  }

  private static int number(long address, int length) {
    int value = length > 0 ? 0 : -1;
    for (int i = 0; i < length; i++) {
      int digit = Memory.byteAt(address + i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = 10 * value + digit;
    }
    return value;
  }
}
