package io.coreaudit.event;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// The five records of a file that was opened, as a kernel sent them; stamped anew without
/// allocating.
public final class SyntheticEvent {
  /// Number of records.
  public static final int RECORDS = 5;

  /// Types of the records.
  static final int[] TYPES = {
    RecordType.SYSCALL, RecordType.CWD, RecordType.PATH, RecordType.PROCTITLE, RecordType.EOE
  };

  private static final long SOME_PARENT = 2436;
  private static final String STAMP = "audit(0000000000.000:0000000000): ";
  private static final String[] FIELDS = {
    "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffe4ad3f7b1 a2=0 a3=0 items=1"
        + " ppid=%d pid=2489 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0"
        + " fsgid=0 tty=(none) ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\""
        + " key=\"openshift_secret\"",
    "cwd=\"/\"",
    "item=0 name=\"/run/secrets/token\" inode=2 dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00"
        + " nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
    "proctitle=636174002F72756E2F736563726574732F746F6B656E",
    ""
  };

  private final long[] texts = new long[RECORDS];
  private final int[] lengths = new int[RECORDS];

  /// Creates the event's records in memory of an arena.
  public SyntheticEvent(Arena arena) {
    this(arena, SOME_PARENT);
  }

  /// Creates them with another parent process.
  public SyntheticEvent(Arena arena, long parentPid) {
    for (int i = 0; i < RECORDS; i++) {
      byte[] text = (STAMP + FIELDS[i].formatted(parentPid)).getBytes(StandardCharsets.US_ASCII);
      texts[i] = arena.allocateFrom(ValueLayout.JAVA_BYTE, text).address();
      lengths[i] = text.length;
    }
  }

  /// Writes a stamp into all records.
  public void stamp(long seconds, int millis, long serial) {
    for (int i = 0; i < RECORDS; i++) {
      digits(texts[i] + 6, 10, seconds);
      digits(texts[i] + 17, 3, millis);
      digits(texts[i] + 21, 10, serial);
    }
  }

  private static void digits(long address, int width, long number) {
    long left = number;
    for (int i = width - 1; i >= 0; i--) {
      Memory.putByte(address + i, (byte) ('0' + left % 10));
      left /= 10;
    }
  }

  /// Type of a record.
  public int type(int record) {
    return TYPES[record];
  }

  /// Where a record's text lies.
  public long text(int record) {
    return texts[record];
  }

  /// Length of a record's text.
  public int length(int record) {
    return lengths[record];
  }
}
