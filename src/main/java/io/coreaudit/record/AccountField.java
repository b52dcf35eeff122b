package io.coreaudit.record;

/// The fields that hold numbers of accounts, found by one look into a table.
public final class AccountField {
  /// No account.
  public static final int NONE = 0;

  /// The number of a user.
  public static final int USER = 1;

  /// The number of a group.
  public static final int GROUP = 2;

  private static final int SLOTS = 64;
  private static final long[] WORDS = new long[SLOTS];
  private static final byte[] KINDS = new byte[SLOTS];

  static {
    put(USER, "auid uid euid suid fsuid ouid oauid old-auid iuid sauid obj_uid id");
    put(GROUP, "gid egid sgid fsgid ogid igid obj_gid new_gid");
  }

  private AccountField() {}

  /// What the field holds that a record's walk stands at.
  public static int of(RecordFlyweight record) {
    long word = record.nameWord();
    int slot = slot(word);
    while (WORDS[slot] != 0) {
      if (WORDS[slot] == word) {
        // Eight bytes at most: a longer name that begins like one of ours is another.
        return record.nameLength() <= 8 ? KINDS[slot] : NONE;
      }
      slot = slot + 1 & SLOTS - 1;
    }
    return NONE;
  }

  private static void put(int kind, String names) {
    for (String name : names.split(" ")) {
      long word = RecordFlyweight.word(name);
      int slot = slot(word);
      while (WORDS[slot] != 0) {
        slot = slot + 1 & SLOTS - 1;
      }
      WORDS[slot] = word;
      KINDS[slot] = (byte) kind;
    }
  }

  private static int slot(long word) {
    return (int) (word * 0x9e3779b97f4a7c15L >>> 58);
  }
}
