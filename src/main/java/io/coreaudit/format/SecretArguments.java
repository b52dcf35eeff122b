package io.coreaudit.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Finds secrets in the arguments of programs by what stands before them, and marks them.
///
/// - `NAME=value`, where the name ends as one of `NAMES` does (capitals, `-`, `_` and `.` make no
///   difference: `--db-password=`, `API_KEY=`, `clientSecret=`). An argument that begins so is a
///   secret to its end (`--from-literal=token=...` too); inside an argument (an address, a script)
///   the secret ends at a blank, a quote, `&`, `;`, `,`, `|`, `)` or `#`, in quotes at the closing
///   one.
/// - `--NAME value`: the next argument, unless it begins with `--`. Of `--no-...` there is none.
/// - Options of `PROGRAMS`, by the name of the program anywhere before them (`sudo mysql -p...`).
///   Of several such names each counts: which of them is a program and which a value nobody tells.
///
/// An argument with blanks in it is searched word by word as well, as a shell would run it. There,
/// what ends a command (`;`, `&&`, `||`, `|`, `&`, the end of a line) ends its programs too; in the
/// arguments behind it they count again.
final class SecretArguments {
  private static final String NAMES =
      "password passwd passphrase token secret apikey secretkey accesskey mysqlpwd rediscliauth"
          + " sshpass";

  /// programs | how the secret stands | options | letters of options without a value, where
  /// `-abSECRET` is to be told from `-bVALUE`
  private static final String PROGRAMS =
      """
      mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlslap mysqlbinlog mysqlpump mariadb mariadb-dump mariadb-admin mariadb-import mariadb-check mariadb-show mariadb-binlog | attached | -p
      7z 7za 7zr 7zz rar unrar | attached | -p
      sshpass | once | -p
      mongo mongosh mongodump mongorestore mongoimport mongoexport mongostat | any | -p
      redis-cli | any | -a --pass
      ldapsearch ldapmodify ldapadd ldapdelete ldapcompare ldapmodrdn ldapwhoami ldapexop | any | -w | AcCILkKMnNQrtuvVWxZ
      ldappasswd | any | -w -s -a | ACIMnNQvVWxZ
      zip unzip ipmitool | any | -P
      useradd usermod | any | -p
      curl | colon | -u --user -U --proxy-user | 012346#:aBfgGiIjJklLMnNOpqRsSvVZ
      docker podman nerdctl buildah skopeo oc helm az | login | -p
      """;

  private static final int ATTACHED = 0; // -psecret only
  private static final int ANY = 1; // -psecret, -p secret
  private static final int ONCE = 2; // the same, and no more: another program follows
  private static final int COLON = 3; // -u name:secret
  private static final int LOGIN = 4; // as any, behind the word login

  private static final int DEEPEST = 8; // scripts in the quotes of scripts
  private static final int NOTHING = 0;
  private static final int WHOLE = 1;
  private static final int BEHIND_COLON = 2;

  private static final byte[][] NAME_ENDS = words(NAMES);
  private static final byte[][] PROGRAM_NAMES;
  private static final int[] PROGRAM_LINES;
  private static final int[] FORMS;
  private static final byte[][][] OPTIONS;
  private static final byte[][] FLAGS;
  private static final byte[] LOGIN_WORD = EventAction.bytes("login");
  private static final byte[] NO = EventAction.bytes("--no-");

  static {
    List<byte[]> names = new ArrayList<>();
    List<Integer> lineOf = new ArrayList<>();
    List<String> lines = PROGRAMS.lines().toList();
    FORMS = new int[lines.size()];
    OPTIONS = new byte[lines.size()][][];
    FLAGS = new byte[lines.size()][];
    for (int line = 0; line < FORMS.length; line++) {
      String[] columns = lines.get(line).split(" \\| ");
      FORMS[line] = List.of("attached", "any", "once", "colon", "login").indexOf(columns[1]);
      OPTIONS[line] = words(columns[2]);
      FLAGS[line] = EventAction.bytes(columns.length > 3 ? columns[3] : "");
      for (byte[] name : words(columns[0])) {
        names.add(name);
        lineOf.add(line);
      }
    }
    PROGRAM_NAMES = names.toArray(byte[][]::new);
    PROGRAM_LINES = lineOf.stream().mapToInt(Integer::intValue).toArray();
  }

  private static byte[][] words(String text) {
    String[] words = text.split(" ");
    byte[][] bytes = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      bytes[i] = words[i].getBytes(StandardCharsets.US_ASCII);
    }
    return bytes;
  }

  private CommandText text;
  private byte[] bytes;
  private int seen; // a bit for each line of the table
  private boolean login;
  private boolean joined;
  private int pending; // what the next argument or word is

  /// How the arguments stand in a text.
  enum Form {
    /// With zeros between.
    ARGUMENTS,
    /// With blanks between: a `;` in it may be one of an argument, and ends no command.
    JOINED,
    /// As typed for a shell.
    TYPED
  }

  /// Marks the secrets of a text.
  void find(CommandText command, Form form) {
    text = command;
    bytes = command.bytes();
    boolean line = form != Form.ARGUMENTS;
    joined = form == Form.JOINED;
    seen = 0;
    login = false;
    pending = NOTHING;
    boolean script = line;
    int end = command.length();
    for (int at = 0; at < end; ) {
      int to = indexOf(0, at, end);
      argument(at, to, script);
      script = line || isScriptOption(at, to);
      at = to + 1;
    }
    text = null; // it may be long
    bytes = null;
  }

  private void argument(int from, int to, boolean script) {
    if (pending != NOTHING) {
      int what = pending;
      pending = NOTHING;
      if (!startsWith(from, to, '-', '-')) {
        secret(from, to, what);
        return;
      }
    }
    if (from == to) {
      return;
    }
    if (!script && (beginsWithName(from, to) || option(from, to))) {
      return;
    }
    if (!script && !hasBlank(from, to)) {
      word(from, to);
      return;
    }
    script(from, to, 0);
    pending = NOTHING; // the end of a script has no next argument
  }

  private void script(int from, int to, int depth) {
    int seenBefore = seen;
    boolean loginBefore = login;
    commands(from, to, depth);
    // What ended in a script goes on around it: `mysql -e 'select 1;' -p...`
    seen |= seenBefore;
    login |= loginBefore;
  }

  private void commands(int from, int to, int depth) {
    pending = NOTHING;
    for (int at = from; at < to; ) {
      if (isBlank(bytes[at])) {
        if (isEndOfLine(bytes[at]) && (at == from || bytes[at - 1] != '\\')) {
          endCommand();
        }
        at++;
        continue;
      }
      int end = endOfWord(at, to);
      if (!joined && isSeparators(at, end)) {
        endCommand();
        at = end;
        continue;
      }
      if (pending != NOTHING && !startsWith(at, end, '-', '-')) {
        int what = pending;
        pending = NOTHING;
        secret(at, end, what);
      } else {
        pending = NOTHING;
        if (isQuote(bytes[at]) && depth < DEEPEST && hasBlank(at, end)) {
          script(at + 1, end - (bytes[end - 1] == bytes[at] ? 1 : 0), depth + 1);
          pending = NOTHING;
        } else if (!option(at, end)) {
          word(at, end);
        }
      }
      if (isSeparators(end - 1, end) && (end - at < 2 || bytes[end - 2] != '\\')) {
        endCommand();
      }
      at = end;
    }
  }

  private void endCommand() {
    if (!joined) {
      seen = 0;
      login = false;
      pending = NOTHING;
    }
  }

  private boolean isSeparators(int from, int to) {
    for (int at = from; at < to; at++) {
      if (bytes[at] != ';' && bytes[at] != '&' && bytes[at] != '|') {
        return false;
      }
    }
    return true;
  }

  // Blanks in quotes belong to the word; a quote that is not closed is none.
  private int endOfWord(int from, int to) {
    int at = from;
    while (at < to && !isBlank(bytes[at])) {
      if (isQuote(bytes[at])) {
        int close = indexOf(bytes[at], at + 1, to);
        at = close < to ? close : at;
      }
      at++;
    }
    return at;
  }

  // -c, -lc: what a shell, su or env shall run comes next.
  private boolean isScriptOption(int from, int to) {
    return to - from >= 2
        && to - from <= 4
        && bytes[from] == '-'
        && bytes[from + 1] != '-'
        && bytes[to - 1] == 'c';
  }

  // `--token=...`, `--set=token=...`, `TOKEN=...`.
  private boolean beginsWithName(int from, int to) {
    int name = from;
    for (int at = from; at < to; at++) {
      if (bytes[at] == '=') {
        if (isSecretName(name, at)) {
          text.mark(at + 1, to);
          return true;
        }
        name = at + 1;
      } else if (!isOfName(bytes[at])) {
        return false;
      }
    }
    return false;
  }

  // Secrets in the midst of a word; or the word that a program or a secret follows.
  private void word(int from, int to) {
    boolean found = false;
    for (int at = from; at < to; at++) {
      if (bytes[at] != '=') {
        continue;
      }
      int name = at;
      while (name > from && isOfName(bytes[name - 1])) {
        name--;
      }
      if (!isSecretName(name, at)) {
        continue;
      }
      found = true;
      int value = at + 1;
      boolean quoted = value < to && isQuote(bytes[value]);
      int stop = quoted ? indexOf(bytes[value], value + 1, to) : value;
      while (!quoted && stop < to && !endsValue(bytes[stop])) {
        stop++;
      }
      text.mark(quoted ? value + 1 : value, stop);
      at = quoted ? stop : stop - 1;
    }
    if (found) {
      return;
    }
    if (bytes[from] != '-') {
      program(from, to);
    } else if (isSecretName(from, to) && !starts(NO, from, to)) {
      pending = WHOLE;
    }
  }

  private void program(int from, int to) {
    int base = to;
    while (base > from && bytes[base - 1] != '/') {
      base--;
    }
    if (is(LOGIN_WORD, base, to)) {
      login = true;
    }
    int length = to - base;
    for (int i = 0; i < PROGRAM_NAMES.length; i++) {
      if (PROGRAM_NAMES[i].length == length && starts(PROGRAM_NAMES[i], base, to)) {
        seen |= 1 << PROGRAM_LINES[i];
        return;
      }
    }
  }

  /// Whether this is an option of a program that a secret belongs to.
  private boolean option(int from, int to) {
    if (seen == 0 || to - from < 2 || bytes[from] != '-') {
      return false;
    }
    for (int line = 0; line < FORMS.length; line++) {
      boolean counts = (seen >>> line & 1) != 0 && (FORMS[line] != LOGIN || login);
      if (counts && option(line, from, to)) {
        if (FORMS[line] == ONCE) {
          seen &= ~(1 << line);
        }
        return true;
      }
    }
    return false;
  }

  private boolean option(int line, int from, int to) {
    int form = FORMS[line];
    int what = form == COLON ? BEHIND_COLON : WHOLE;
    for (byte[] option : OPTIONS[line]) {
      boolean isLong = option.length > 2;
      int value = isLong ? behindName(option, from, to) : behindLetter(line, option[1], from, to);
      if (value < 0) {
        continue;
      }
      if (value < to) {
        secret(isLong ? value + 1 : value, to, what);
      } else if (form == ATTACHED) {
        continue;
      } else {
        pending = what;
      }
      return true;
    }
    return false;
  }

  private int behindName(byte[] option, int from, int to) {
    int end = from + option.length;
    return starts(option, from, to) && (end == to || bytes[end] == '=') ? end : -1;
  }

  // -uVALUE, or behind others: -sku VALUE; -skuVALUE where it is known which letters have no value.
  private int behindLetter(int line, byte letter, int from, int to) {
    int at = from + 1;
    if (bytes[at] == letter) {
      return at + 1;
    }
    if (FORMS[line] == ATTACHED) {
      return -1;
    }
    byte[] flags = FLAGS[line];
    while (at < to && bytes[at] != letter && isFlag(bytes[at], flags)) {
      at++;
    }
    boolean found = at < to && bytes[at] == letter && (flags.length > 0 || at + 1 == to);
    return found ? at + 1 : -1;
  }

  private static boolean isFlag(byte b, byte[] flags) {
    for (byte flag : flags) {
      if (b == flag) {
        return true;
      }
    }
    return flags.length == 0 && (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
  }

  private void secret(int from, int to, int what) {
    int at = from;
    if (what == BEHIND_COLON) {
      at = indexOf(':', from, to) + 1;
    }
    text.mark(at, to);
  }

  private boolean isSecretName(int from, int to) {
    for (byte[] name : NAME_ENDS) {
      if (endsWith(name, from, to)) {
        return true;
      }
    }
    return false;
  }

  // Capitals and what separates words make no difference.
  private boolean endsWith(byte[] name, int from, int to) {
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

  private boolean is(byte[] word, int from, int to) {
    return to - from == word.length && starts(word, from, to);
  }

  private boolean starts(byte[] word, int from, int to) {
    if (to - from < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (bytes[from + i] != word[i]) {
        return false;
      }
    }
    return true;
  }

  private boolean startsWith(int from, int to, char first, char second) {
    return to - from >= 2 && bytes[from] == first && bytes[from + 1] == second;
  }

  private boolean hasBlank(int from, int to) {
    for (int at = from; at < to; at++) {
      if (isBlank(bytes[at])) {
        return true;
      }
    }
    return false;
  }

  private int indexOf(int wanted, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b >= '\t' && b <= '\r';
  }

  private static boolean isEndOfLine(byte b) {
    return b == '\n' || b == '\r';
  }

  private static boolean isQuote(byte b) {
    return b == '"' || b == '\'';
  }

  private static boolean isSeparator(byte b) {
    return b == '-' || b == '_' || b == '.';
  }

  private static boolean isOfName(byte b) {
    return (b | 0x20) >= 'a' && (b | 0x20) <= 'z' || b >= '0' && b <= '9' || isSeparator(b);
  }

  private static boolean endsValue(byte b) {
    return switch (b) {
      case ' ', '\t', '\n', '&', ';', ',', '|', ')', '#', '"', '\'', '`' -> true;
      default -> false;
    };
  }
}
