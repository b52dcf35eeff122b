package io.coreaudit.record;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// How far the words of a caller go in a decision of user space (USER_AVC). systemd repeats the
/// arguments of who asked, blanks between and nothing escaped, so they may hold quotes and what
/// looks like fields:
///
/// ```text
/// msg='avc:  denied  { stop } for uid=1000 path="/x" cmdline="<caller's>" function="f" scontext=..
///     tcontext=.. tclass=service permissive=0 exe="/usr/lib/systemd/systemd" sauid=0 ..'
/// ```
///
/// What the library of SELinux adds behind them begins with the last ` scontext=`. But it makes its
/// part in 1024 bytes, and what does not fit is missing: then, and where there is no context, only
/// what libaudit added afterwards (` exe=`) is not the caller's.
final class CallerWords {
  private static final byte[] CONTEXT = bytes(" scontext=");
  private static final byte[] PROGRAM = bytes(" exe=");
  private static final byte[] FUNCTION = bytes("\" function=\"");

  /// As long as a part that was cut, or nearly: a byte more or less is no proof.
  private static final int FULL = 1000;

  private CallerWords() {}

  /// Where they end: behind their closing quote, where there is one.
  ///
  /// @param message where the program's own text begins
  /// @param from where the words begin, at their quote
  static long end(long message, long from, long textEnd) {
    long end = textEnd;
    if (end > from + 1 && Memory.byteAt(end - 1) == '\'') {
      end--; // the end of the message
    }
    long program = lastOf(PROGRAM, from, end);
    if (program - message >= FULL) {
      return program;
    }
    long context = lastOf(CONTEXT, from, end);
    return context == end ? program : beforeFunction(from, context);
  }

  // systemd's own field behind them, if that is what stands there: one word in quotes.
  private static long beforeFunction(long from, long context) {
    long at = context - 1;
    if (at <= from || Memory.byteAt(at) != '"') {
      return context;
    }
    while (at > from && isOfWord(Memory.byteAt(at - 1))) {
      at--;
    }
    long begin = at - FUNCTION.length;
    return begin > from && Memory.isAt(begin, FUNCTION) ? begin + 1 : context;
  }

  private static boolean isOfWord(byte b) {
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-';
  }

  private static long lastOf(byte[] word, long from, long end) {
    for (long at = end - word.length; at > from; at--) {
      if (Memory.isAt(at, word)) {
        return at;
      }
    }
    return end;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
