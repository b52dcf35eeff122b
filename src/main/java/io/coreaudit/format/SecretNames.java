package io.coreaudit.format;

/// The names of what is secret: `password`, `API_KEY`, `--client-secret`.
final class SecretNames {
  private static final byte[][] ENDS =
      EventAction.words(
          "password passwd passphrase token secret apikey secretkey accesskey mysqlpwd"
              + " rediscliauth sshpass");

  private SecretNames() {}

  /// Whether a name ends as one of a secret does; capitals and what separates words (`-`, `_`, `.`)
  /// make no difference.
  static boolean isOne(byte[] bytes, int from, int to) {
    for (byte[] name : ENDS) {
      if (endsWith(name, bytes, from, to)) {
        return true;
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
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z' || b >= '0' && b <= '9' || isSeparator(b);
  }

  private static boolean isSeparator(byte b) {
    return b == '-' || b == '_' || b == '.';
  }
}
