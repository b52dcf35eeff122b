package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;

/// A record as auditd writes it: `type=SYSCALL msg=audit(...): ...`.
final class RecordLine {
  private static final byte[] TYPE = EventAction.bytes("type=");
  private static final byte[] UNKNOWN = EventAction.bytes("UNKNOWN[");
  private static final byte[] MESSAGE = EventAction.bytes(" msg=");

  private RecordLine() {}

  /// Appends what stands before the text: `type=SYSCALL msg=`.
  static void appendPrefix(ByteOutput out, int type) {
    Piece known = RecordActions.prefix(type);
    if (known != null) {
      out.put(known);
    } else {
      out.put(TYPE);
      appendType(out, type);
      out.put(MESSAGE);
    }
  }

  /// Appends the name of a type, `UNKNOWN[n]` for one that has none.
  static void appendType(ByteOutput out, int type) {
    byte[] name = RecordActions.name(type);
    if (name != null) {
      out.put(name);
    } else {
      out.put(UNKNOWN);
      out.putDecimal(type);
      out.put(']');
    }
  }

  /// Appends bytes; those that would end the line become blanks. The kernel writes none, nor can a
  /// line that was read hold one.
  static void appendText(ByteOutput out, long address, int length) {
    int start = out.length();
    out.put(address, length);
    if (!isOneLine(address, length)) {
      byte[] bytes = out.array();
      for (int i = start; i < start + length; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == 0) {
          bytes[i] = ' ';
        }
      }
    }
  }

  /// Puts bytes as `appendText` writes them; false, and nothing put: they are one line as they are.
  static boolean blank(long address, int length, Scratch to) {
    if (isOneLine(address, length)) {
      return false;
    }
    to.clear();
    for (int i = 0; i < length; i++) {
      byte b = Memory.byteAt(address + i);
      to.append(b == '\n' || b == '\r' || b == 0 ? ' ' : b);
    }
    return true;
  }

  private static boolean isOneLine(long address, int length) {
    long at = address;
    long end = address + length;
    for (; end - at >= 8; at += 8) {
      if (hasLineEnd(Memory.longAt(at))) {
        return false;
      }
    }
    int rest = (int) (end - at);
    return rest == 0 || !hasLineEnd(EightBytes.load(at, rest) | EightBytes.BLANKS << (rest << 3));
  }

  private static boolean hasLineEnd(long word) {
    return (EightBytes.matches(word, EightBytes.ONES * '\n')
            | EightBytes.matches(word, EightBytes.ONES * '\r')
            | EightBytes.matches(word, 0))
        != 0;
  }

  /// The type's name in a prefix of a line (`node=n1 type=NAME msg=`): where it begins, 0 for none.
  static long typeName(long prefix, int prefixLength) {
    for (int i = 0; i + TYPE.length < prefixLength; i++) {
      boolean atWord = i == 0 || Memory.byteAt(prefix + i - 1) == ' ';
      if (atWord && Memory.startsWith(prefix + i, prefixLength - i, TYPE)) {
        return prefix + i + TYPE.length;
      }
    }
    return 0;
  }
}
