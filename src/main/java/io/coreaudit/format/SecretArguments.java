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
///
/// An argument with blanks in it is searched word by word as well, as a shell would run it.
final class SecretArguments {
  private static final String NAMES =
      "password passwd passphrase token secret apikey secretkey accesskey mysqlpwd rediscliauth"
          + " sshpass";

  /// programs | how the secret stands | options
  private static final String PROGRAMS =
      """
      mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlslap mysqlbinlog mysqlpump mariadb mariadb-dump mariadb-admin mariadb-import mariadb-check mariadb-show mariadb-binlog | attached | -p
      7z 7za 7zr 7zz rar unrar | attached | -p
      sshpass | once | -p
      mongo mongosh mongodump mongorestore mongoimport mongoexport mongostat | any | -p
      redis-cli | any | -a --pass
      ldapsearch ldapmodify ldapadd ldapdelete ldapcompare ldapmodrdn ldapwhoami ldapexop | any | -w
      ldappasswd | any | -w -s -a
      zip unzip ipmitool | any | -P
      useradd usermod | any | -p
      curl | colon | -u --user -U --proxy-user
      docker podman nerdctl buildah skopeo oc helm az | login | -p
      """;

  private static final int ATTACHED = 0; // -psecret only
  private static final int ANY = 1; // -psecret, -p secret
  private static final int ONCE = 2; // the same, and no more: another program follows
  private static final int COLON = 3; // -u name:secret
  private static final int LOGIN = 4; // as any, behind the word login

  private static final int DEEPEST = 8; // scripts in the quotes of scripts
  private static final int NO_PROGRAM = -1;
  private static final int NOTHING = 0;
  private static final int WHOLE = 1;
  private static final int BEHIND_COLON = 2;

  private static final byte[][] NAME_ENDS = words(NAMES);
  private static final byte[][] PROGRAM_NAMES;
  private static final int[] PROGRAM_FORMS;
  private static final byte[][][] PROGRAM_OPTIONS;
  private static final byte[] LOGIN_WORD = EventAction.bytes("login");
  private static final byte[] NO = EventAction.bytes("--no-");

  static {
    List<byte[]> names = new ArrayList<>();
    List<Integer> forms = new ArrayList<>();
    List<byte[][]> options = new ArrayList<>();
    for (String line : PROGRAMS.lines().toList()) {
      String[] columns = line.split(" \\| ");
      int form = List.of("attached", "any", "once", "colon", "login").indexOf(columns[1]);
      for (byte[] name : words(columns[0])) {
        names.add(name);
        forms.add(form);
        options.add(words(columns[2]));
      }
    }
    PROGRAM_NAMES = names.toArray(byte[][]::new);
    PROGRAM_FORMS = forms.stream().mapToInt(Integer::intValue).toArray();
    PROGRAM_OPTIONS = options.toArray(byte[][][]::new);
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
  private int program;
  private boolean login;
  private int pending; // what the next argument or word is

  /// Marks the secrets of a text.
  ///
  /// @param line whether it is one line as a shell takes it, not arguments with zeros between
  void find(CommandText command, boolean line) {
    text = command;
    bytes = command.bytes();
    program = NO_PROGRAM;
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
    pending = NOTHING;
    for (int at = from; at < to; ) {
      if (isBlank(bytes[at])) {
        at++;
        continue;
      }
      int end = endOfWord(at, to);
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
      at = end;
    }
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
        program = i;
        return;
      }
    }
  }

  /// Whether this is an option of the program that a secret belongs to.
  private boolean option(int from, int to) {
    if (program == NO_PROGRAM || to - from < 2 || bytes[from] != '-') {
      return false;
    }
    int form = PROGRAM_FORMS[program];
    if (form == LOGIN && !login) {
      return false;
    }
    int what = form == COLON ? BEHIND_COLON : WHOLE;
    for (byte[] option : PROGRAM_OPTIONS[program]) {
      if (!starts(option, from, to)) {
        continue;
      }
      int value = from + option.length;
      boolean isLong = option.length > 2;
      if (value == to) {
        if (form == ATTACHED) {
          return false;
        }
        pending = what;
      } else if (!isLong || bytes[value] == '=') {
        secret(isLong ? value + 1 : value, to, what);
      } else {
        continue;
      }
      if (form == ONCE) {
        program = NO_PROGRAM;
      }
      return true;
    }
    return false;
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
