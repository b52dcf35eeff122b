package io.coreaudit.format;

import java.util.Arrays;

/// Finds secrets that their own form tells, wherever they stand in a text, and marks them:
///
/// ```text
/// https://bob:s3cret@host/        what an address says behind the name of its user
/// {"db-password": "s3cret"}       a value whose name, in quotes, is one of SecretNames
/// Authorization: Basic czNjcmV0   a header's credentials; without the scheme what there is
/// X-Vault-Token: hvs.abc          a header whose name is one of SecretNames
/// -passin pass:s3cret             openssl's password
/// ```
///
/// A header in quotes goes to the closing one, one that is all of an argument (but for its option)
/// to the end of that. Elsewhere a scheme that nobody knows is followed by all words that are no
/// option and no address.
///
/// Quotes may have backslashes before them, as JSON has in a script. Each byte is looked at a fixed
/// number of times at most.
final class SecretForms {
  private static final byte[] AUTHORIZATION = EventAction.bytes("authorization");
  private static final byte[][] SCHEMES =
      EventAction.words("bearer basic token negotiate ntlm apikey");
  private static final byte[] DIGEST = EventAction.bytes("digest");
  private static final byte[][] NO_SECRETS = EventAction.words("null true false");
  private static final byte[] PASS = EventAction.bytes("pass");
  private static final byte[] HEADER = EventAction.bytes("header");
  private static final int MOST_BACKSLASHES = 7;
  private static final int LONGEST_NAME = 64; // with its option

  private CommandText text;
  private byte[] bytes;
  private int from;
  private int to;
  private boolean cut;
  private boolean isHeaderArgument;

  /// Marks the secrets of a part of a text: of one argument, or of a whole line.
  ///
  /// @param isCut whether more may have stood behind it
  /// @param isHeader whether the argument before it says that it is a header
  void find(CommandText command, int begin, int end, boolean isCut, boolean isHeader) {
    cut = isCut;
    isHeaderArgument = isHeader;
    text = command;
    bytes = command.bytes();
    from = begin;
    to = end;
    for (int at = begin; at < end; at++) {
      if (bytes[at] == ':') {
        if (at + 2 < end && bytes[at + 1] == '/' && bytes[at + 2] == '/') {
          address(at + 3);
        } else {
          at = Math.max(at, value(at));
        }
      }
    }
    text = null; // it may be long
    bytes = null;
  }

  // ---- //user:secret@host

  private void address(int begin) {
    int colon = -1;
    int sign = -1;
    boolean port = true;
    int at = begin;
    for (; at < to && !endsHost(bytes[at]); at++) {
      port &= colon < 0 || bytes[at] >= '0' && bytes[at] <= '9';
      if (bytes[at] == '@') {
        sign = at;
      } else if (bytes[at] == ':' && colon < 0) {
        colon = at;
      }
    }
    if (colon >= 0 && sign > colon) {
      text.mark(colon + 1, sign);
    } else if (cut && at == to && colon >= 0 && !port && bytes[begin] != '[') {
      text.mark(colon + 1, to); // what stood before a sign that is missing
    }
  }

  private static boolean endsHost(byte b) {
    return switch (b) {
      case '/', '?', '#', '"', '\'', '`', '\\', '<', '>' -> true;
      default -> isBlank(b);
    };
  }

  // ---- "password": "...", Authorization: ...

  // Where the secret ends that follows a colon.
  private int value(int colon) {
    int nameEnd = colon;
    while (nameEnd > from && isBlank(bytes[nameEnd - 1])) {
      nameEnd--;
    }
    int begin = colon + 1;
    while (begin < to && isBlank(bytes[begin])) {
      begin++;
    }
    if (begin == to || nameEnd == from) {
      return colon;
    }
    if (isQuote(bytes[nameEnd - 1])) {
      nameEnd--;
      nameEnd -= backslashes(nameEnd);
      return SecretNames.isOne(bytes, from, nameEnd) || isHeader(nameEnd) ? member(begin) : colon;
    }
    if (isHeader(nameEnd)) {
      return credentials(nameEnd - AUTHORIZATION.length, begin, true);
    }
    int name = nameEnd;
    while (name > from && nameEnd - name < LONGEST_NAME && SecretNames.isOfName(bytes[name - 1])) {
      name--;
    }
    if (begin == colon + 1 && nameEnd == colon && isPassword(name, nameEnd)) {
      int end = endOfWord(begin);
      text.mark(begin, end);
      return end - 1;
    }
    int header = behindOption(name, nameEnd);
    return isSecretHeader(header, nameEnd, begin > colon + 1)
        ? credentials(header, begin, false)
        : colon;
  }

  // pass:..., a word of its own
  private boolean isPassword(int name, int end) {
    return end - name == PASS.length
        && equals(PASS, name)
        && (name == from || isBlank(bytes[name - 1]) || isQuote(bytes[name - 1]));
  }

  // -HX-Api-Key: the dash of the option is one of the name's letters, too.
  private int behindOption(int name, int end) {
    boolean option = end - name > 2 && bytes[name] == '-' && bytes[name + 1] == 'H';
    return option ? name + 2 : name;
  }

  // `X-Vault-Token: `, where a header may begin. Not any word before a colon: images, volumes and
  // prose have such.
  private boolean isSecretHeader(int name, int end, boolean blank) {
    if (!SecretNames.isOne(bytes, name, end)) {
      return false;
    }
    if (isHeaderArgument && name == from || isBehindHeaderOption(name)) {
      return true;
    }
    boolean first = name == from || isQuote(bytes[name - 1]);
    boolean marked = (bytes[name] | 0x20) == 'x' && bytes[name + 1] == '-';
    return first && (marked || blank && hasDash(name, end));
  }

  private boolean hasDash(int begin, int end) {
    for (int at = begin + 1; at < end; at++) {
      if (bytes[at] == '-') {
        return true;
      }
    }
    return false;
  }

  // -H NAME, -H 'NAME, -HNAME, --header NAME, --header=NAME
  private boolean isBehindHeaderOption(int name) {
    int at = name;
    if (at > from && isQuote(bytes[at - 1])) {
      at--;
      at -= backslashes(at);
    }
    if (at > from && (bytes[at - 1] == '=' || isBlank(bytes[at - 1]))) {
      at--;
    }
    if (at - from >= 2 && bytes[at - 1] == 'H' && bytes[at - 2] == '-') {
      return true;
    }
    return at - from >= HEADER.length + 2
        && equals(HEADER, at - HEADER.length)
        && bytes[at - HEADER.length - 1] == '-';
  }

  private int member(int begin) {
    int at = begin;
    while (at < to && bytes[at] == '\\' && at - begin < MOST_BACKSLASHES) {
      at++;
    }
    if (at < to && isQuote(bytes[at])) {
      int end = closing(at, at - begin);
      text.mark(at + 1, end);
      return end;
    }
    int end = at;
    while (end < to && !endsNumber(bytes[end])) {
      end++;
    }
    if (!isAny(NO_SECRETS, at, end)) {
      text.mark(at, end);
    }
    return end - 1;
  }

  // The quote that ends what one with so many backslashes before it began, or those before it.
  private int closing(int quote, int depth) {
    for (int at = quote + 1; at < to; at++) {
      if (bytes[at] == bytes[quote]) {
        int before = backslashes(at);
        if (before <= depth || before > MOST_BACKSLASHES) {
          return Math.max(quote + 1, at - Math.min(before, depth));
        }
      }
    }
    return to;
  }

  private int backslashes(int end) {
    int count = 0;
    while (count <= MOST_BACKSLASHES && end - count > from && bytes[end - count - 1] == '\\') {
      count++;
    }
    return count;
  }

  private boolean isHeader(int end) {
    int begin = end - AUTHORIZATION.length;
    return begin >= from
        && equals(AUTHORIZATION, begin)
        && (begin == from || !isLetter(bytes[begin - 1]) || isOption(begin));
  }

  private int credentials(int header, int begin, boolean anyScheme) {
    int end = endOfWord(begin);
    int at = begin;
    boolean words = anyScheme;
    boolean digest = is(DIGEST, begin, end);
    if (digest || isAny(SCHEMES, begin, end)) {
      words = digest;
      at = end;
      while (at < to && isBlank(bytes[at])) {
        at++;
      }
      end = endOfWord(at);
    }
    int quote = opening(header);
    if (header == from || isProxy(header) || isOption(header)) {
      end = to;
    } else if (quote >= 0) {
      end = Math.max(at, closing(quote, backslashes(quote)));
    } else if (words) {
      end = endOfWords(at);
    }
    text.mark(at, end);
    return end - 1;
  }

  // The quote before the word that the header is in, -1: there is none.
  private int opening(int header) {
    int at = header;
    while (at > from && header - at < LONGEST_NAME && !isBlank(bytes[at - 1])) {
      at--;
      if (isQuote(bytes[at])) {
        return at;
      }
    }
    return -1;
  }

  // Behind the words that may be one header's: up to an option, an address, the end of a command.
  private int endOfWords(int begin) {
    int end = begin;
    int at = begin;
    while (at < to && !isEndOfCommand(at)) {
      int word = at;
      boolean named = false;
      boolean address = false;
      while (at < to && !isBlank(bytes[at]) && (named || !isQuote(bytes[at]))) {
        named |= bytes[at] == '=';
        address |= bytes[at] == ':' && at + 1 < to && bytes[at + 1] == '/';
        at++;
      }
      if (word > begin && (bytes[word] == '-' || address)) {
        break;
      }
      end = at;
      if (at == to || isQuote(bytes[at]) || isEndOfCommand(at - 1)) {
        break;
      }
      while (at < to && isBlank(bytes[at]) && !isEndOfCommand(at)) {
        at++;
      }
    }
    return end;
  }

  private boolean isEndOfCommand(int at) {
    return switch (bytes[at]) {
      case ';', '|', '&', '\n', '\r' -> true;
      default -> false;
    };
  }

  /// Whether an argument is an option that a header follows.
  static boolean isHeaderOption(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length == 2) {
      return bytes[from] == '-' && bytes[from + 1] == 'H';
    }
    return length == HEADER.length + 2
        && bytes[from] == '-'
        && bytes[from + 1] == '-'
        && Arrays.equals(bytes, from + 2, to, HEADER, 0, HEADER.length);
  }

  private boolean isProxy(int header) {
    return header - from == 6 && bytes[header - 1] == '-';
  }

  // -HAuthorization: ..., --header=Authorization: ...
  private boolean isOption(int header) {
    if (header - from == 2) {
      return bytes[from] == '-' && bytes[from + 1] == 'H';
    }
    int length = header - from - 1;
    if (length < HEADER.length + 2 || length > LONGEST_NAME || bytes[header - 1] != '=') {
      return false;
    }
    return bytes[from] == '-' && bytes[from + 1] == '-' && isBehindHeaderOption(header);
  }

  private static boolean isLetter(byte b) {
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
  }

  private int endOfWord(int begin) {
    int at = begin;
    while (at < to && !isBlank(bytes[at]) && !isQuote(bytes[at])) {
      at++;
    }
    return at;
  }

  private boolean isAny(byte[][] words, int begin, int end) {
    for (byte[] word : words) {
      if (is(word, begin, end)) {
        return true;
      }
    }
    return false;
  }

  private boolean is(byte[] word, int begin, int end) {
    return word.length == end - begin && equals(word, begin);
  }

  // Capitals make no difference.
  private boolean equals(byte[] word, int begin) {
    for (int i = 0; i < word.length; i++) {
      if ((bytes[begin + i] | 0x20) != word[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean endsNumber(byte b) {
    return switch (b) {
      case ',', '}', ']', '{', '[', '"', '\'', '\\', ')', ';' -> true;
      default -> isBlank(b);
    };
  }

  static boolean isQuote(byte b) {
    return b == '"' || b == '\'';
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }
}
