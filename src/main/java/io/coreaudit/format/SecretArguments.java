package io.coreaudit.format;

import static io.coreaudit.format.SecretForms.isBlank;
import static io.coreaudit.format.SecretForms.isQuote;

import java.util.ArrayList;
import java.util.List;

/// Finds secrets in the arguments of programs by what stands before them, and marks them.
///
/// - `NAME=value`, where the name is one of [SecretNames] (`--db-password=`, `API_KEY=`,
///   `clientSecret=`). An argument that begins so is a secret to its end
///   (`--from-literal=token=...` too); inside an argument (an address, a script) the secret ends at
///   a blank, a quote, `&`, `;`, `,`, `|`, `)` or `#`, in quotes at the closing one; behind a
///   backslash at none of them. In a script it goes on behind a quote that closes.
/// - `--NAME value`: the next argument, unless it begins with `--`. Of `--no-...` there is none.
/// - Options of `PROGRAMS`, by the name of the program anywhere before them (`sudo mysql -p...`).
///   Of several such names each counts: which of them is a program and which a value nobody tells.
/// - What its own form tells ([SecretForms]).
///
/// An argument with blanks in it is searched word by word as well, as a shell would run it. There,
/// what ends a command (`;`, `&&`, `||`, `|`, `&`, the end of a line) ends its programs too; in the
/// arguments behind it they count again. In arguments with blanks between, nothing ends a command
/// unless a shell's `-c` stands before it.
final class SecretArguments {
  /// programs | how the secret stands | options | letters of options without a value, where
  /// `-abSECRET` is to be told from `-bVALUE`
  private static final String PROGRAMS =
      """
      mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlslap mysqlbinlog mysqlpump mariadb mariadb-dump mariadb-admin mariadb-import mariadb-check mariadb-show mariadb-binlog | attached | -p --pass --passw --passwo --passwor
      7z 7za 7zr 7zz rar unrar | attached | -p -hp
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

  private static final int NO_SCRIPT = -1;
  private static final int DEEPEST = 8; // scripts in the quotes of scripts
  private static final int NOTHING = 0;
  private static final int WHOLE = 1;
  private static final int BEHIND_COLON = 2;

  private static final byte[][] PROGRAM_NAMES;
  private static final int[] PROGRAM_LINES;
  private static final int[] FORMS;
  private static final byte[][][] OPTIONS;
  private static final byte[][] FLAGS;
  private static final byte[] LOGIN_WORD = EventAction.bytes("login");
  private static final byte[] NO = EventAction.bytes("--no-");
  private static final byte[] SECRET = EventAction.bytes("--secret");
  private static final byte[][] NAMING = EventAction.words("--name --hostname -h");
  private static final int ONCE_LINES; // a bit for each
  private static final int LOGIN_LINES;
  private static final byte[][] SHELLS = EventAction.words("sh bash dash ash zsh ksh");

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
      OPTIONS[line] = EventAction.words(columns[2]);
      FLAGS[line] = EventAction.bytes(columns.length > 3 ? columns[3] : "");
      for (byte[] name : EventAction.words(columns[0])) {
        names.add(name);
        lineOf.add(line);
      }
    }
    ONCE_LINES = lines(ONCE);
    LOGIN_LINES = lines(LOGIN);
    PROGRAM_NAMES = names.toArray(byte[][]::new);
    PROGRAM_LINES = lineOf.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int lines(int form) {
    int lines = 0;
    for (int line = 0; line < FORMS.length; line++) {
      lines |= FORMS[line] == form ? 1 << line : 0;
    }
    return lines;
  }

  private CommandText text;
  private byte[] bytes;
  private int seen; // a bit for each line of the table
  private boolean login;
  private boolean commandsEnd; // not where blanks join arguments
  private boolean shell; // only options came behind a shell's name
  private int pending; // what the next argument or word is
  private boolean naming; // the next is the value of such an option, and no program
  private final SecretForms forms = new SecretForms();

  /// How the arguments stand in a text.
  enum Form {
    /// With zeros between.
    ARGUMENTS,
    /// The same, the end of them missing.
    CUT,
    /// With blanks between: a `;` in it may be one of an argument, and ends no command.
    JOINED,
    /// As typed for a shell.
    TYPED
  }

  /// Marks the secrets of a text.
  void find(CommandText command, Form form) {
    text = command;
    bytes = command.bytes();
    boolean line = form == Form.JOINED || form == Form.TYPED;
    naming = false;
    commandsEnd = form != Form.JOINED;
    shell = false;
    seen = 0;
    login = false;
    pending = NOTHING;
    boolean script = line;
    int end = command.length();
    boolean header = false;
    for (int at = 0; at < end; ) {
      int to = indexOf(0, at, end);
      forms.find(text, at, to, form == Form.CUT && to == end, header);
      header = SecretForms.isHeaderOption(bytes, at, to);
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
    boolean words = hasBlank(from, to);
    if (!(script && words) && (beginsWithName(from, to) || option(from, to))) {
      return;
    }
    if (!words) {
      word(from, to, NO_SCRIPT, 0);
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
      int end = endOfWord(at, to, depth);
      if (commandsEnd && isSeparators(at, end)) {
        endCommand();
        at = end;
        continue;
      }
      int next = end;
      if (pending != NOTHING && !startsWith(at, end, '-', '-')) {
        int what = pending;
        pending = NOTHING;
        next = behindEscapes(end, to, depth);
        secret(at, next, what);
      } else {
        pending = NOTHING;
        next = Math.max(end, wordOfCommand(at, end, to, depth));
      }
      if (isSeparators(next - 1, next) && !isEscaped(next - 1, at)) {
        endCommand();
      }
      at = next;
    }
  }

  // Where what was found ends, if it is behind the word.
  private int wordOfCommand(int from, int to, int limit, int depth) {
    boolean blanks = depth < DEEPEST && hasBlank(from, to);
    boolean quoted = isQuote(bytes[from]);
    boolean closed = quoted && to - from > 1 && bytes[to - 1] == bytes[from];
    if (quoted && blanks) {
      script(from + 1, to - (closed ? 1 : 0), depth + 1);
      pending = NOTHING;
      return to;
    }
    // 'mysql' "--token": quotes around a word say nothing.
    int begin = quoted ? from + 1 : from;
    int end = closed ? to - 1 : to;
    int whole = closed ? end : behindEscapes(end, limit, depth);
    if (begin >= end || option(begin, whole)) {
      return Math.max(to, whole);
    }
    if (!commandsEnd) {
      beginScript(begin, end);
    }
    int found = word(begin, end, end < to ? end : limit, depth);
    if (found < 0 && blanks) {
      quotedParts(from, to, depth);
    }
    return found;
  }

  // Of joined arguments those behind `sh -c` are a script, which has commands.
  private void beginScript(int from, int to) {
    if (bytes[from] == '-') {
      commandsEnd = shell && isScriptOption(from, to);
      return;
    }
    int base = base(from, to);
    shell = isAny(SHELLS, base, to);
  }

  // OPTIONS="--token x"
  private void quotedParts(int from, int to, int depth) {
    for (int at = from; at < to; at++) {
      if (isQuote(bytes[at]) && !isEscaped(at, from)) {
        int close = closing(at, to);
        if (close < to && hasBlank(at + 1, close)) {
          script(at + 1, close, depth + 1);
          pending = NOTHING;
        }
        at = close < to ? close : at;
      }
    }
  }

  private void endCommand() {
    if (commandsEnd) {
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
  private int endOfWord(int from, int to, int depth) {
    int at = from;
    while (at < to && !isBlank(bytes[at])) {
      if (isQuote(bytes[at]) && depth < DEEPEST && !isEscaped(at, from)) {
        int close = closing(at, to);
        at = close < to ? close : at;
      }
      at++;
    }
    return at;
  }

  // Where a value ends whose word ends here: at the first blank without a backslash.
  private int behindEscapes(int end, int to, int depth) {
    int at = end;
    while (at < to && isEscaped(at, 0)) {
      at = endOfWord(at + 1, to, depth);
    }
    return at;
  }

  private boolean isEscaped(int at, int from) {
    int before = at;
    while (before > from && bytes[before - 1] == '\\') {
      before--;
    }
    return (at - before & 1) != 0;
  }

  // The quote that ends what one began; in double quotes a backslash takes away its meaning.
  private int closing(int quote, int to) {
    if (bytes[quote] == '\'') {
      return indexOf('\'', quote + 1, to);
    }
    int at = quote + 1;
    while (at < to && bytes[at] != bytes[quote]) {
      at += bytes[at] == '\\' ? 2 : 1;
    }
    return Math.min(at, to);
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
        if (SecretNames.isOne(bytes, name, at)) {
          text.mark(at + 1, to);
          return true;
        }
        name = at + 1;
      } else if (!SecretNames.isOfName(bytes[at])) {
        return false;
      }
    }
    return false;
  }

  // Secrets in the midst of a word; or the word that a program or a secret follows. Where the last
  // of them ends, negative: there is none.
  private int word(int from, int to, int limit, int depth) {
    int found = values(from, to, limit, depth);
    boolean isValue = naming;
    naming = false;
    if (found < 0) {
      if (bytes[from] != '-') {
        if (!isValue) {
          program(from, to);
        }
      } else if (SecretNames.isOne(bytes, from, to) && !starts(NO, from, to)) {
        // --secret of podman says which, and where from
        pending = (seen & LOGIN_LINES) != 0 && is(SECRET, from, to) ? NOTHING : WHOLE;
      } else {
        naming = isAny(NAMING, from, to);
      }
    }
    return found;
  }

  private boolean isAny(byte[][] words, int from, int to) {
    for (byte[] word : words) {
      if (is(word, from, to)) {
        return true;
      }
    }
    return false;
  }

  // A value that goes to the end of its word may go on to the limit, by backslashes; in a script
  // also behind a quote that closes, as the word does.
  private int values(int from, int to, int limit, int depth) {
    boolean script = limit != NO_SCRIPT;
    int found = -1;
    int quotedEnd = from; // of the quotes that began last
    for (int at = from; at < to; at++) {
      if (script && at >= quotedEnd && isQuote(bytes[at]) && !isEscaped(at, from)) {
        int close = closing(at, to);
        quotedEnd = close < to ? close + 1 : at + 1;
      }
      if (bytes[at] != '=') {
        continue;
      }
      int name = at;
      while (name > from && SecretNames.isOfName(bytes[name - 1])) {
        name--;
      }
      if (!SecretNames.isOne(bytes, name, at)) {
        continue;
      }
      int begin = at + 1;
      boolean quoted = begin < to && isQuote(bytes[begin]);
      int stop = quoted ? closing(begin, to) : endOfPiece(begin, to);
      if (script && at >= quotedEnd) {
        int more = quoted ? Math.min(stop + 1, to) : stop;
        int end = endOfPieces(more, to);
        stop = end > more ? end : stop;
      }
      stop = stop < to ? stop : behindEscapes(to, limit, depth);
      text.mark(quoted ? begin + 1 : begin, stop);
      found = stop;
      at = quoted ? stop : stop - 1;
    }
    return found;
  }

  private int endOfPiece(int from, int to) {
    int at = from;
    while (at < to && !endsValue(bytes[at])) {
      at += bytes[at] == '\\' ? 2 : 1;
    }
    return at;
  }

  // 'it'\''s', a"b c"d: quotes that close belong to the value as what stands beside them does.
  private int endOfPieces(int from, int to) {
    int at = from;
    while (at < to) {
      if (isQuote(bytes[at])) {
        int close = closing(at, to);
        if (close >= to) {
          return at;
        }
        at = close + 1;
      } else if (endsValue(bytes[at])) {
        return at;
      } else {
        at = endOfPiece(at, to);
      }
    }
    return at;
  }

  private void program(int from, int to) {
    int base = base(from, to);
    if (is(LOGIN_WORD, base, to)) {
      login = true;
    }
    seen &= ~ONCE_LINES; // their own command begins
    int length = to - base;
    for (int i = 0; i < PROGRAM_NAMES.length; i++) {
      if (PROGRAM_NAMES[i].length == length && starts(PROGRAM_NAMES[i], base, to)) {
        seen |= 1 << PROGRAM_LINES[i];
        return;
      }
    }
  }

  private int base(int from, int to) {
    int base = to;
    while (base > from && bytes[base - 1] != '/') {
      base--;
    }
    return base;
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
      boolean isLong = option[1] == '-';
      int value;
      if (isLong) {
        value = behindName(option, from, to);
      } else if (option.length == 2) {
        value = behindLetter(line, option[1], from, to);
      } else {
        value = starts(option, from, to) ? from + option.length : -1;
      }
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
      at = Math.min(indexOf(':', from, to) + 1, to);
      values(from, at, NO_SCRIPT, 0);
    }
    text.mark(at, to);
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

  private static boolean isEndOfLine(byte b) {
    return b == '\n' || b == '\r';
  }

  private static boolean endsValue(byte b) {
    return switch (b) {
      case ' ', '\t', '\n', '&', ';', ',', '|', ')', '#', '"', '\'', '`' -> true;
      default -> false;
    };
  }
}
