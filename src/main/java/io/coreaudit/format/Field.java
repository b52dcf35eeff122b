package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import java.nio.charset.StandardCharsets;

/// The fields of records that the encoders know by number, so that a field is found by one look
/// into a table and kept in an array.
final class Field {
  static final int ARCH = 0;
  static final int SYSCALL = 1;
  static final int SUCCESS = 2;
  static final int EXIT = 3;
  static final int A0 = 4;
  static final int A1 = 5;
  static final int A2 = 6;
  static final int A3 = 7;
  static final int PPID = 8;
  static final int PID = 9;
  static final int AUID = 10;
  static final int UID = 11;
  static final int GID = 12;
  static final int EUID = 13;
  static final int SES = 14;
  static final int COMM = 15;
  static final int EXE = 16;
  static final int KEY = 17;
  static final int URING_OP = 18;
  static final int NAME = 19;
  static final int INODE = 20;
  static final int DEV = 21;
  static final int MODE = 22;
  static final int OUID = 23;
  static final int OGID = 24;
  static final int NAMETYPE = 25;
  static final int CWD = 26;
  static final int PROCTITLE = 27;
  static final int OFLAG = 28;
  static final int SADDR = 29;
  static final int RES = 30;
  static final int RESULT = 31;
  static final int ACCT = 32;
  static final int ADDR = 33;
  static final int HOSTNAME = 34;
  static final int ID = 35;
  static final int UNIT = 36;
  static final int CMD = 37;
  static final int CODE = 38;
  static final int PERMISSIVE = 39;
  static final int ARGC = 40;

  /// Number of the fields that are kept.
  static final int KEPT = 41;

  /// Names of the kept fields, then of those that are only known to be encoded.
  private static final String[] NAMES = {
    "arch",
    "syscall",
    "success",
    "exit",
    "a0",
    "a1",
    "a2",
    "a3",
    "ppid",
    "pid",
    "auid",
    "uid",
    "gid",
    "euid",
    "ses",
    "comm",
    "exe",
    "key",
    "uring_op",
    "name",
    "inode",
    "dev",
    "mode",
    "ouid",
    "ogid",
    "nametype",
    "cwd",
    "proctitle",
    "oflag",
    "saddr",
    "res",
    "result",
    "acct",
    "addr",
    "hostname",
    "id",
    "unit",
    "cmd",
    "code",
    "permissive",
    "argc",
    "path",
    "watch",
    "dir",
    "vm",
    "device",
    "cgroup",
    "ocomm",
    "grp",
    "new_group",
    "sw",
    "root_dir",
    "file",
    "data",
    "invalid_context",
    "old-disk",
    "new-disk",
    "old-chardev",
    "new-chardev",
    "old-fs",
    "new-fs",
    "old-net",
    "new-net",
    "old-rng",
    "new-rng"
  };

  private static final int SLOTS = 256;
  private static final byte[] FIELD_AT = new byte[SLOTS]; // number + 1
  private static final long[] WORDS = new long[NAMES.length];
  private static final byte[][] BYTES = new byte[NAMES.length][];
  private static final boolean[] ENCODED = new boolean[NAMES.length];

  static {
    for (int field = 0; field < NAMES.length; field++) {
      WORDS[field] = RecordFlyweight.word(NAMES[field]);
      BYTES[field] = NAMES[field].getBytes(StandardCharsets.US_ASCII);
      ENCODED[field] = field >= KEPT;
      int slot = slot(WORDS[field]);
      while (FIELD_AT[slot] != 0) {
        slot = slot + 1 & SLOTS - 1;
      }
      FIELD_AT[slot] = (byte) (field + 1);
    }
    for (int field : new int[] {COMM, EXE, KEY, NAME, CWD, PROCTITLE, ACCT, CMD}) {
      ENCODED[field] = true;
    }
  }

  private Field() {}

  /// The number of the field that a record's walk stands at; -1 for one that has none. Numbers from
  /// `KEPT` on serve `isEncoded` only.
  static int of(RecordFlyweight record) {
    long word = record.nameWord();
    int slot = slot(word);
    for (int at; (at = FIELD_AT[slot]) != 0; slot = slot + 1 & SLOTS - 1) {
      if (WORDS[at - 1] == word
          && (record.nameLength() == BYTES[at - 1].length && restEquals(BYTES[at - 1], record))) {
        return at - 1;
      }
    }
    return -1;
  }

  /// Whether a value without quotes may be text in hexadecimal.
  static boolean isEncoded(int field) {
    return field >= 0 && ENCODED[field];
  }

  private static boolean restEquals(byte[] name, RecordFlyweight record) {
    for (int i = 8; i < name.length; i++) {
      if (Memory.byteAt(record.nameAddress() + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  private static int slot(long word) {
    return (int) (word * 0x9e3779b97f4a7c15L >>> 56);
  }
}
