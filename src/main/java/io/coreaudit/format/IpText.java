package io.coreaudit.format;

import io.coreaudit.memory.Memory;

/// Tells whether text is an IP address: receivers refuse a whole event for one that is not.
final class IpText {
  private static final byte[] MAPPED = EventAction.bytes("::ffff:");

  private IpText() {}

  /// Whether the bytes are an IPv4 address in four decimal parts or an IPv6 address, an IPv4
  /// address in IPv6 included.
  static boolean isAddress(long address, int length) {
    return isVersion4(address, length) || isVersion6(address, length) || isMapped(address, length);
  }

  // `::ffff:192.0.2.9`, as auditd writes its clients.
  private static boolean isMapped(long address, int length) {
    return Memory.startsWith(address, length, MAPPED)
        && isVersion4(address + MAPPED.length, length - MAPPED.length);
  }

  private static boolean isVersion4(long address, int length) {
    int parts = 0;
    int digits = 0;
    int number = 0;
    for (int i = 0; i <= length; i++) {
      int b = i < length ? Memory.byteAt(address + i) : '.';
      if (b == '.') {
        if (digits == 0 || ++parts > 4) {
          return false;
        }
        digits = 0;
        number = 0;
      } else {
        boolean leadingZero = digits == 1 && number == 0;
        number = number * 10 + b - '0';
        if (b < '0' || b > '9' || leadingZero || ++digits > 3 || number > 255) {
          return false;
        }
      }
    }
    return parts == 4;
  }

  // Groups of up to four digits, `::` at most once; no zone.
  private static boolean isVersion6(long address, int length) {
    if (length < 2 || length > 39) {
      return false;
    }
    int groups = 0;
    int digits = 0;
    boolean shortened = false;
    for (int i = 0; i < length; i++) {
      int b = Memory.byteAt(address + i);
      if (b == ':') {
        boolean twice = i + 1 < length && Memory.byteAt(address + i + 1) == ':';
        if (twice) {
          if (shortened) {
            return false;
          }
          shortened = true;
          i++;
        } else if (digits == 0 || i + 1 == length) {
          return false;
        }
        digits = 0;
      } else if (Value.digit(b) < 0 || ++digits > 4) {
        return false;
      } else if (digits == 1) {
        groups++;
      }
    }
    return shortened ? groups < 8 : groups == 8;
  }
}
