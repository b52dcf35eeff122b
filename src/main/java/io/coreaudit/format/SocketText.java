package io.coreaudit.format;

import io.coreaudit.memory.Memory;

/// Reads a socket address (`saddr=`, hexadecimal of the kernel's `struct sockaddr`): internet
/// addresses as text and port, local ones as a path.
final class SocketText {
  static final int NONE = 0;
  static final int LOCAL = 1;
  static final int INET = 2;
  static final int INET6 = 10;

  private static final int PORT = 2;
  private static final int GROUPS = 8;

  private final Scratch raw = new Scratch(256);
  private final Scratch text = new Scratch(256);
  private int family;
  private int port;

  /// Reads an address; its family, `NONE` for one that is none or of a family not read here.
  int read(long value, int length) {
    family = NONE;
    raw.clear();
    if (length < 8 || !raw.appendHex(value, length)) {
      return NONE;
    }
    text.clear();
    port = byteAt(PORT) << 8 | byteAt(PORT + 1);
    // The family is in the machine's byte order; the known ones are below 256.
    int wanted = byteAt(0) | byteAt(1);
    if (wanted == INET && raw.length() >= 8) {
      version4();
      family = INET;
    } else if (wanted == INET6 && raw.length() >= 24) {
      version6();
      family = INET6;
    } else if (wanted == LOCAL) {
      local();
      family = text.length() > 0 ? LOCAL : NONE;
    }
    return family;
  }

  /// Where the text begins.
  long address() {
    return text.address();
  }

  /// Length of the text.
  int length() {
    return text.length();
  }

  int port() {
    return port;
  }

  private int byteAt(int index) {
    return Memory.byteAt(raw.address() + index) & 0xff;
  }

  private void version4() {
    for (int i = 4; i < 8; i++) {
      if (i > 4) {
        text.append('.');
      }
      decimal(byteAt(i));
    }
  }

  private void decimal(int number) {
    if (number >= 100) {
      text.append('0' + number / 100);
    }
    if (number >= 10) {
      text.append('0' + number / 10 % 10);
    }
    text.append('0' + number % 10);
  }

  // RFC 5952: lower case, no zeros in front, the longest row of zero groups (the first of equals,
  // two at least) as `::`.
  private void version6() {
    int from = -1;
    int longest = 1;
    for (int i = 0; i < GROUPS; i++) {
      int row = 0;
      while (i + row < GROUPS && group(i + row) == 0) {
        row++;
      }
      if (row > longest) {
        from = i;
        longest = row;
      }
      i += row;
    }
    for (int i = 0; i < GROUPS; i++) {
      if (i == from) {
        text.append(':');
        text.append(':');
        i += longest - 1;
        continue;
      }
      if (i > 0 && i != from + longest) {
        text.append(':');
      }
      hexadecimal(group(i));
    }
  }

  private int group(int index) {
    return byteAt(8 + index * 2) << 8 | byteAt(9 + index * 2);
  }

  private void hexadecimal(int number) {
    boolean started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      int digit = number >>> shift & 15;
      started |= digit != 0 || shift == 0;
      if (started) {
        text.append(digit < 10 ? '0' + digit : 'a' + digit - 10);
      }
    }
  }

  // A path ends at its zero byte; an abstract name begins with one, written `@`, and has no end.
  private void local() {
    int at = 2;
    boolean isAbstract = byteAt(at) == 0;
    if (isAbstract) {
      at++;
      if (at == raw.length()) {
        return;
      }
      text.append('@');
    }
    for (; at < raw.length() && (isAbstract || byteAt(at) != 0); at++) {
      text.append(byteAt(at));
    }
  }
}
