package io.coreaudit.origin;

import io.coreaudit.record.RecordFlyweight;

/// The fields that the origin of an event is read from, found by one look into a table.
final class OriginField {
  static final int OTHER = 0;

  /// Numbers of users.
  static final int USER = 1;

  /// Numbers of groups.
  static final int GROUP = 2;

  static final int PID = 3;
  static final int PPID = 4;
  static final int NAME = 5;
  static final int EXECUTABLE = 6;

  private static final int SLOTS = 128;
  private static final long[] WORDS = new long[SLOTS];
  private static final byte[] MEANINGS = new byte[SLOTS];

  static {
    put(USER, "auid uid euid suid fsuid ouid oauid old-auid iuid sauid obj_uid id");
    put(GROUP, "gid egid sgid fsgid ogid igid obj_gid new_gid");
    put(PID, "pid");
    put(PPID, "ppid");
    put(NAME, "comm");
    put(EXECUTABLE, "exe");
  }

  private OriginField() {}

  /// What the field means that a record's walk stands at.
  static int of(RecordFlyweight record) {
    long word = record.nameWord();
    int slot = slot(word);
    while (WORDS[slot] != 0) {
      if (WORDS[slot] == word) {
        // Eight bytes at most: a longer name that begins like one of ours is another.
        return record.nameLength() <= 8 ? MEANINGS[slot] : OTHER;
      }
      slot = slot + 1 & SLOTS - 1;
    }
    return OTHER;
  }

  private static void put(int meaning, String names) {
    for (String name : names.split(" ")) {
      long word = RecordFlyweight.word(name);
      int slot = slot(word);
      while (WORDS[slot] != 0) {
        slot = slot + 1 & SLOTS - 1;
      }
      WORDS[slot] = word;
      MEANINGS[slot] = (byte) meaning;
    }
  }

  private static int slot(long word) {
    return (int) (word * 0x9e3779b97f4a7c15L >>> 57);
  }
}
