package io.coreaudit.record;

import io.coreaudit.memory.Memory;

/// What the intake thread wants of a SYSCALL or URINGOP record, found in one walk: how many paths
/// follow, which process, which accounts.
///
/// ```text
/// ... items=1 ppid=2436 pid=2489 auid=1000 uid=0 .. fsgid=0 tty=pts0 ses=3 comm="cat" exe="/usr/bin/cat" ...
///     A                          B                          C
/// ```
///
/// The kernel writes a SYSCALL record in a fixed order, and nothing of it can be forged: a process
/// cannot send this type, and text that it chooses (comm, exe) is written without blanks. So `A` is
/// first looked for where it stood in the record before; `B` to `C` is compared with the accounts
/// of other records (most events of a host come from few of them) and read only when it is new. A
/// record whose order is another, and each that came as a line, is walked field by field.
public final class CallFields {
  /// Most different accounts that are kept of one record; the kernel writes nine.
  public static final int MOST_ACCOUNTS = 16;

  /// Set in an account that is a group.
  public static final long GROUP_BIT = 1L << 32;

  private static final long UNSET = 0xffffffffL;

  private static final long ITEMS_NAME = RecordFlyweight.word("items");
  private static final long PID_NAME = RecordFlyweight.word("pid");
  private static final long PPID_NAME = RecordFlyweight.word("ppid");
  private static final long COMM_NAME = RecordFlyweight.word("comm");
  private static final long EXE_NAME = RecordFlyweight.word("exe");

  private static final long ITEMS = RecordFlyweight.word(" items=");
  private static final long PPID = RecordFlyweight.word(" ppid=");
  private static final long PID = RecordFlyweight.word(" pid=");
  private static final long SES = RecordFlyweight.word(" ses=");
  private static final long COMM = RecordFlyweight.word(" comm=");
  private static final long EXE = RecordFlyweight.word(" exe=");
  private static final long TTY = RecordFlyweight.word(" tty=");

  private static final String[] ACCOUNTS = {
    " auid=", " uid=", " gid=", " euid=", " suid=", " fsuid=", " egid=", " sgid=", " fsgid="
  };
  private static final long[] ACCOUNT_WORDS = new long[ACCOUNTS.length];
  private static final int[] ACCOUNT_LENGTHS = new int[ACCOUNTS.length];
  private static final long[] ACCOUNT_KINDS = new long[ACCOUNTS.length];

  static {
    for (int i = 0; i < ACCOUNTS.length; i++) {
      ACCOUNT_WORDS[i] = RecordFlyweight.word(ACCOUNTS[i]);
      ACCOUNT_LENGTHS[i] = ACCOUNTS[i].length();
      ACCOUNT_KINDS[i] = ACCOUNTS[i].endsWith("gid=") ? GROUP_BIT : 0;
    }
  }

  // Texts of accounts (B to C) that were read before, and what they said.
  private static final int KNOWN = 8;
  private static final int KNOWN_WORDS = 32;
  private final long[] knownText = new long[KNOWN * KNOWN_WORDS];
  private final int[] knownLength = new int[KNOWN];
  private final long[] knownAccounts = new long[KNOWN * MOST_ACCOUNTS];
  private final int[] knownCount = new int[KNOWN];

  private final RecordFlyweight record = new RecordFlyweight();
  private long itemsOffset = 128;

  private int items;
  private long pid;
  private long parentPid;
  private long name;
  private int nameLength;
  private long executable;
  private int executableLength;
  private final long[] accounts = new long[MOST_ACCOUNTS];
  private int accountCount;

  /// Creates an object that holds the fields of one record at a time.
  public CallFields() {}

  /// Reads a record. Its text must stay where it is as long as the fields are wanted.
  ///
  /// @param fromKernel whether it came by netlink and not as a line
  public void read(int type, long text, int length, boolean fromKernel) {
    if (!fromKernel || type != RecordType.SYSCALL || !inKernelOrder(text, text + length)) {
      walk(text, length, fromKernel);
    }
  }

  // ---- in the kernel's order

  private boolean inKernelOrder(long text, long end) {
    long at = text + itemsOffset;
    if (end - at < 8 || !begins(at, ITEMS, 7)) {
      at = itemsOf(text, end);
      if (at == 0) {
        return false;
      }
      itemsOffset = at - text;
    }
    at += 7;
    long to = EightBytes.find(at, end, EightBytes.BLANKS);
    items = count(EightBytes.decimal(at, (int) (to - at), 0));
    // The words that are compared lie inside the record: much follows them in every one.
    if (end - to < 96 || !begins(to, PPID, 6)) {
      return false;
    }
    at = to + 6;
    to = EightBytes.find(at, end, EightBytes.BLANKS);
    parentPid = EightBytes.decimal(at, (int) (to - at), -1);
    if (end - to < 80 || !begins(to, PID, 5)) {
      return false;
    }
    at = to + 5;
    to = EightBytes.find(at, end, EightBytes.BLANKS);
    pid = EightBytes.decimal(at, (int) (to - at), -1);
    at = accounts(to, end);
    if (at == 0) {
      return false;
    }
    to = EightBytes.find(at, end, EightBytes.BLANKS);
    if (end - to < 24 || !begins(to, SES, 5)) {
      return false;
    }
    to = EightBytes.find(to + 5, end, EightBytes.BLANKS);
    if (end - to < 12 || !begins(to, COMM, 6)) {
      return false;
    }
    name = to + 6;
    to = EightBytes.find(name, end, EightBytes.BLANKS);
    nameLength = (int) (to - name);
    if (end - to < 8 || !begins(to, EXE, 5)) {
      return false;
    }
    executable = to + 5;
    executableLength = (int) (EightBytes.find(executable, end, EightBytes.BLANKS) - executable);
    return nameLength > 0 && executableLength > 0;
  }

  private static boolean begins(long at, long word, int length) {
    return (Memory.longAt(at) & (1L << (length << 3)) - 1) == word;
  }

  private static long itemsOf(long text, long end) {
    long at = EightBytes.find(text, end, EightBytes.BLANKS);
    while (end - at >= 8) {
      if (begins(at, ITEMS, 7)) {
        return at;
      }
      at = EightBytes.find(at + 1, end, EightBytes.BLANKS);
    }
    return 0;
  }

  // Where the value of tty begins, behind the accounts; 0: they are not as the kernel writes them.
  private long accounts(long from, long end) {
    if (end - from < 64) {
      return 0;
    }
    // A login's number differs there, and behind an unset one the user's.
    long mixed = Memory.longAt(from + 6) * 31 + Memory.longAt(from + 17);
    int known = (int) (mixed * 0x9e3779b97f4a7c15L >>> 61);
    int length = knownLength[known];
    if (length > 0 && end - from >= length && isKnown(from, known, length)) {
      accountCount = knownCount[known];
      int base = known * MOST_ACCOUNTS;
      for (int i = 0; i < accountCount; i++) {
        accounts[i] = knownAccounts[base + i];
      }
      return from + length;
    }
    accountCount = 0;
    long at = from;
    for (int i = 0; i < ACCOUNTS.length; i++) {
      int name = ACCOUNT_LENGTHS[i];
      if (end - at < 8 || !begins(at, ACCOUNT_WORDS[i], name)) {
        return 0;
      }
      long to = EightBytes.find(at + name, end, EightBytes.BLANKS);
      account(ACCOUNT_KINDS[i], EightBytes.decimal(at + name, (int) (to - at - name), UNSET));
      at = to;
    }
    if (end - at < 8 || !begins(at, TTY, 5)) {
      return 0;
    }
    remember(known, from, (int) (at + 5 - from));
    return at + 5;
  }

  private boolean isKnown(long from, int known, int length) {
    int base = known * KNOWN_WORDS;
    int words = length >> 3;
    for (int i = 0; i < words; i++) {
      if (Memory.longAt(from + (i << 3)) != knownText[base + i]) {
        return false;
      }
    }
    return Memory.longAt(from + length - 8) == knownText[base + words];
  }

  private void remember(int known, long from, int length) {
    if (length >> 3 >= KNOWN_WORDS) {
      return;
    }
    int base = known * KNOWN_WORDS;
    int words = length >> 3;
    for (int i = 0; i < words; i++) {
      knownText[base + i] = Memory.longAt(from + (i << 3));
    }
    knownText[base + words] = Memory.longAt(from + length - 8);
    knownLength[known] = length;
    knownCount[known] = accountCount;
    System.arraycopy(accounts, 0, knownAccounts, known * MOST_ACCOUNTS, accountCount);
  }

  // ---- in any order

  private void walk(long text, int length, boolean fromKernel) {
    items = 0;
    pid = -1;
    parentPid = -1;
    nameLength = 0;
    executableLength = 0;
    accountCount = 0;
    boolean counted = false;
    if (fromKernel) {
      record.wrapKernel(text, length);
    } else {
      record.wrap(text, length);
    }
    record.rewind();
    while (record.next()) {
      int kind = AccountField.of(record);
      if (kind != AccountField.NONE) {
        account(kind == AccountField.GROUP ? GROUP_BIT : 0, record.decimalValue(UNSET));
        continue;
      }
      long word = record.nameWord();
      if (word == ITEMS_NAME && !counted) {
        counted = true;
        items = count(record.decimalValue(0));
      } else if (word == PID_NAME && pid < 0) {
        pid = record.decimalValue(-1);
      } else if (word == PPID_NAME && parentPid < 0) {
        parentPid = record.decimalValue(-1);
      } else if (word == COMM_NAME && nameLength == 0) {
        name = record.valueAddress();
        nameLength = record.valueLength();
      } else if (word == EXE_NAME && executableLength == 0) {
        executable = record.valueAddress();
        executableLength = record.valueLength();
      }
    }
  }

  private static int count(long number) {
    return (int) Math.min(number, Integer.MAX_VALUE);
  }

  private void account(long kind, long id) {
    if (id >= UNSET || accountCount == MOST_ACCOUNTS) {
      return;
    }
    long account = kind | id;
    for (int i = 0; i < accountCount; i++) {
      if (accounts[i] == account) {
        return;
      }
    }
    accounts[accountCount++] = account;
  }

  // ---- what was found

  /// How many PATH records the kernel announced, 0 when it announced none.
  public int items() {
    return items;
  }

  /// The process, -1 when the record names none.
  public long pid() {
    return pid;
  }

  /// The process's parent, -1 when the record names none.
  public long parentPid() {
    return parentPid;
  }

  /// Where the value of `comm=` begins, as it stands there.
  public long nameAddress() {
    return name;
  }

  /// Length of the value of `comm=`, 0 for none.
  public int nameLength() {
    return nameLength;
  }

  /// Where the value of `exe=` begins, as it stands there.
  public long executableAddress() {
    return executable;
  }

  /// Length of the value of `exe=`, 0 for none.
  public int executableLength() {
    return executableLength;
  }

  /// Number of the different accounts; one that is unset is none.
  public int accountCount() {
    return accountCount;
  }

  /// The account at a place, in the order of the record: its number, and `GROUP_BIT` for a group.
  public long account(int place) {
    return accounts[place];
  }
}
