package io.coreaudit.format;

import java.util.Arrays;

/// The names of what is secret: `password`, `API_KEY`, `--client-secret`.
final class SecretNames {
  private static final byte[][] ENDS =
      EventAction.words(
          "password passwd passphrase token secret apikey secretkey accesskey mysqlpwd"
              + " rediscliauth sshpass");

  /// Those that end other words too (`compass`, `--bypass`): no letter or digit is before them.
  private static final byte[][] WORDS = EventAction.words("pass pwd");

  /// A shell's working directory, in the environment.
  private static final byte[] DIRECTORY = EventAction.bytes("PWD");

  private SecretNames() {}

  /// Whether a name ends as one of a secret does; capitals and what separates words (`-`, `_`, `.`)
  /// make no difference.
  static boolean isOne(byte[] bytes, int from, int to) {
    for (byte[] name : ENDS) {
      if (endsWith(name, bytes, from, to)) {
        return true;
      }
    }
    for (byte[] word : WORDS) {
      int begin = to - word.length;
      byte before = begin > from ? bytes[begin - 1] : 0;
      if (begin >= from && !isLetterOrDigit(before) && endsWith(word, bytes, begin, to)) {
        return isSeparator(before)
            || !Arrays.equals(bytes, begin, to, DIRECTORY, 0, DIRECTORY.length);
      }
    }
    return false;
  }

  private static boolean endsWith(byte[] name, byte[] bytes, int from, int to) {
    int at = to - 1;
    for (int i = name.length - 1; i >= 0; at--) {
      while (at >= from && isSeparator(bytes[at])) {
        at--;
      }
      if (at < from || (bytes[at] | 0x20) != name[i]) {
        return false;
      }
      i--;
    }
    return true;
  }

  /// Whether a byte may be one of a name.
  static boolean isOfName(byte b) {
    return isLetterOrDigit(b) || isSeparator(b);
  }

  private static boolean isLetterOrDigit(byte b) {
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z' || b >= '0' && b <= '9';
  }

  private static boolean isSeparator(byte b) {
    return b == '-' || b == '_' || b == '.';
  }
}
