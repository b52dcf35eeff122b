package io.coreaudit.record;

import io.coreaudit.memory.Memory;
import java.util.List;

/// Walks over the keys of a rule where they lie: one, or several with a byte 1 between, which is
/// libaudit's AUDIT_KEY_SEPARATOR. A record has one in quotes and several in hexadecimal; what is
/// walked is the text that this is. `wrap(...); while (next()) ...`.
public final class RuleKeys {
  /// Stands between two keys.
  public static final byte SEPARATOR = 1;

  private static final String SEPARATOR_TEXT = "\u0001";

  private long end;
  private long next;
  private long address;

  /// Keys as the kernel has them.
  public static String join(List<String> keys) {
    return String.join(SEPARATOR_TEXT, keys);
  }

  /// Each of them, the empty ones too.
  public static List<String> split(String joined) {
    return List.of(joined.split(SEPARATOR_TEXT, -1));
  }

  /// Looks at keys.
  public RuleKeys wrap(long textAddress, int textLength) {
    next = textAddress;
    end = textAddress + textLength;
    return this;
  }

  /// Moves to the next key, which may be empty; false at the end. No text is one empty key.
  public boolean next() {
    if (next > end) {
      return false;
    }
    address = next;
    next = EightBytes.find(next, end, EightBytes.ONES * SEPARATOR) + 1;
    return true;
  }

  /// Where the key begins.
  public long address() {
    return address;
  }

  /// Its length.
  public int length() {
    return (int) (next - 1 - address);
  }

  /// Whether the key is one of some.
  public boolean isAmong(byte[][] keys) {
    for (byte[] key : keys) {
      if (Memory.equals(address, length(), key)) {
        return true;
      }
    }
    return false;
  }
}
