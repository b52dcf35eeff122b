package io.coreaudit.interpret;

import static io.coreaudit.interpret.Interpretation.bytes;

import io.coreaudit.memory.Memory;
import io.coreaudit.table.NameTable;

/// A socket's address, from the hexadecimal of its struct: `{ saddr_fam=inet laddr=127.0.0.1
/// lport=53 }`.
///
/// The family is a number in the byte order of the machine that wrote the log; all that we know are
/// read as little-endian.
final class SocketAddress {
  private static final int LOCAL = 1;
  private static final int INET = 2;
  private static final int AX25 = 3;
  private static final int ATMPVC = 8;
  private static final int X25 = 9;
  private static final int INET6 = 10;
  private static final int NETLINK = 16;
  private static final int LONGEST_LOCAL = 108;
  private static final int LONGEST_X25 = 15;

  private static final byte[] BEGIN = bytes("{ saddr_fam=");
  private static final byte[] END = bytes(" }");
  private static final byte[] TOO_SHORT = bytes(" sockaddr len too short");
  private static final byte[] TOO_SHORT_6 = bytes(" sockaddr6 len too short");
  private static final byte[] TOO_SHORT_NETLINK = bytes(" len too short");
  private static final byte[] UNNAMED = bytes(" unnamed socket");
  private static final byte[] UNSUPPORTED = bytes(" (unsupported)");
  private static final byte[] PATH = bytes(" path=");
  private static final byte[] ADDRESS = bytes(" laddr=");
  private static final byte[] PORT = bytes(" lport=");
  private static final byte[] CALL = bytes(" call=");
  private static final byte[] INTERFACE = bytes(" int=");
  private static final byte[] NETLINK_FAMILY = bytes(" nlnk-fam=");
  private static final byte[] NETLINK_PORT = bytes(" nlnk-pid=");
  private static final byte[] MALFORMED = bytes("malformed-host(");
  private static final byte[] UNKNOWN = bytes("unknown-family(");

  private final Interpretation struct = new Interpretation();
  private byte[] s;
  private int length;

  /// Puts the address that a value stands for.
  void put(Interpretation out, long value, int valueLength) {
    int digits = 0;
    while (digits < valueLength && LeadingNumber.digit(Memory.byteAt(value + digits)) < 16) {
      digits++;
    }
    if (digits < 2) {
      out.put(MALFORMED);
      out.put(value, valueLength);
      out.put(')');
      return;
    }
    struct.clear();
    EscapedText.putHex(struct, value, digits & ~1);
    length = valueLength / 2;
    while (struct.length() < Math.max(length, 32)) {
      struct.put(0); // What is looked at beyond the end is zero.
    }
    s = struct.array();
    int family = u16(0);
    byte[] name = NameTable.FAMILIES.name(family);
    if (name == null) {
      out.put(UNKNOWN);
      out.putDecimal(family);
      out.put(')');
      return;
    }
    out.put(BEGIN);
    out.put(name);
    body(out, family);
    out.put(END);
  }

  private void body(Interpretation out, int family) {
    switch (family) {
      case LOCAL -> local(out);
      case INET -> {
        if (enough(out, 16, TOO_SHORT)) {
          out.put(ADDRESS);
          quad(out, 4);
          port(out);
        }
      }
      case INET6 -> {
        if (enough(out, 28, TOO_SHORT_6)) {
          out.put(ADDRESS);
          sixteen(out, 8);
          long scope = u32(24);
          if (scope != 0) {
            out.put('%');
            out.putDecimal(scope);
          }
          port(out);
        }
      }
      case NETLINK -> {
        if (enough(out, 12, TOO_SHORT_NETLINK)) {
          out.put(NETLINK_FAMILY);
          out.putDecimal(family);
          out.put(NETLINK_PORT);
          out.putDecimal(u32(4));
        }
      }
      case AX25 -> {
        if (enough(out, 16, TOO_SHORT)) {
          out.put(CALL);
          text(out, 2, 7);
        }
      }
      case ATMPVC -> {
        if (enough(out, 12, TOO_SHORT)) {
          out.put(INTERFACE);
          out.putDecimal((short) u16(4));
        }
      }
      case X25 -> {
        out.put(ADDRESS);
        text(out, 2, LONGEST_X25);
      }
      default -> out.put(UNSUPPORTED);
    }
  }

  private boolean enough(Interpretation out, int wanted, byte[] otherwise) {
    if (length >= wanted) {
      return true;
    }
    out.put(otherwise);
    return false;
  }

  private void local(Interpretation out) {
    if (length < 4) {
      out.put(length == 2 ? UNNAMED : TOO_SHORT);
      return;
    }
    out.put(PATH);
    text(out, s[2] != 0 ? 2 : 3, LONGEST_LOCAL);
  }

  // Up to a NUL.
  private void text(Interpretation out, int from, int longest) {
    for (int i = from; i < Math.min(from + longest, struct.length()) && s[i] != 0; i++) {
      out.put(s[i]);
    }
  }

  private void port(Interpretation out) {
    out.put(PORT);
    out.putDecimal((s[2] & 0xff) << 8 | s[3] & 0xff);
  }

  private void quad(Interpretation out, int at) {
    for (int i = 0; i < 4; i++) {
      if (i > 0) {
        out.put('.');
      }
      out.putDecimal(s[at + i] & 0xff);
    }
  }

  // As inet_ntop writes it: the longest run of zeros short, the first of equal ones, and IPv4 in
  // dots where it is one.
  private void sixteen(Interpretation out, int at) {
    int bestStart = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && word(at, i + run) == 0) {
        run++;
      }
      if (run > bestLength) {
        bestStart = i;
        bestLength = run;
      }
      i += run;
    }
    int i = 0;
    while (i < 8) {
      if (i == bestStart) {
        out.put(':');
        i += bestLength;
        if (i == 8) {
          out.put(':');
        }
        continue;
      }
      if (i > 0) {
        out.put(':');
      }
      boolean mapped = bestLength == 5 && word(at, 5) == 0xffff;
      if (i == 6 && bestStart == 0 && (bestLength == 6 || mapped)) {
        quad(out, at + 12);
        return;
      }
      out.putBits(word(at, i), 4, 1);
      i++;
    }
  }

  private int word(int at, int n) {
    return (s[at + 2 * n] & 0xff) << 8 | s[at + 2 * n + 1] & 0xff;
  }

  private int u16(int at) {
    return s[at] & 0xff | (s[at + 1] & 0xff) << 8;
  }

  private long u32(int at) {
    return u16(at) | (long) u16(at + 2) << 16;
  }
}
