package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;

/// Tells what a call did to a file: whether it failed, whether it opened it for reading and did
/// nothing else to it; and whether the event is one of a rule's. For the intake thread; allocates
/// nothing.
///
/// What is not known for sure is no read: an architecture or a call that is not listed here,
/// arguments that point elsewhere without a record that shows them, a second path. A second key is
/// another rule's.
final class ReadCall {
  private static final long ARCH = RecordFlyweight.word("arch");
  private static final long SYSCALL = RecordFlyweight.word("syscall");
  private static final long SUCCESS = RecordFlyweight.word("success");
  private static final long A1 = RecordFlyweight.word("a1");
  private static final long A2 = RecordFlyweight.word("a2");
  private static final long ITEMS = RecordFlyweight.word("items");
  private static final long KEY = RecordFlyweight.word("key");
  private static final long OFLAG = RecordFlyweight.word("oflag");
  private static final int OPENAT2 = 437; // of every architecture
  private static final int SECOND = 1;
  private static final int THIRD = 2;
  private static final int IN_RECORD = 3;

  // O_ACCMODE, O_CREAT, O_TRUNC: the same numbers on every architecture of CALLS.
  private static final long CHANGES = 03 | 0100 | 01000;

  /// Architecture, number of the call, which argument has the flags.
  static final long[][] CALLS = {
    {0xc000003eL, 2, SECOND}, // x86_64 open
    {0xc000003eL, 257, THIRD}, // openat
    {0xc000003eL, OPENAT2, IN_RECORD},
    {0x40000003L, 5, SECOND}, // i386
    {0x40000003L, 295, THIRD},
    {0x40000003L, OPENAT2, IN_RECORD},
    {0xc00000b7L, 56, THIRD}, // aarch64
    {0xc00000b7L, OPENAT2, IN_RECORD},
    {0x40000028L, 5, SECOND}, // arm
    {0x40000028L, 322, THIRD},
    {0x40000028L, OPENAT2, IN_RECORD},
    {0xc0000015L, 5, SECOND}, // ppc64le
    {0xc0000015L, 286, THIRD},
    {0xc0000015L, OPENAT2, IN_RECORD},
    {0x80000016L, 5, SECOND}, // s390x
    {0x80000016L, 288, THIRD},
    {0x80000016L, OPENAT2, IN_RECORD},
    {0xc00000f3L, 56, THIRD}, // riscv64
    {0xc00000f3L, OPENAT2, IN_RECORD},
  };

  /// It failed.
  static final int FAILED = 0;

  /// It read.
  static final int READ = 1;

  /// It did something else, or nobody knows what.
  static final int OTHER = 2;

  private final byte[] ending;
  private final RecordFlyweight record = new RecordFlyweight();
  private boolean ofKey;

  /// @param key of the rule; empty: none
  ReadCall(String key) {
    ending = (" key=\"" + key + '"').getBytes(StandardCharsets.UTF_8);
  }

  /// What an event's call did.
  int read(AssembledEvent event) {
    long head = event.headRecord();
    int flagsIn = 0;
    long flags = -1;
    int paths = 0;
    ofKey = false;
    event.rewind();
    while (event.next()) {
      if (event.record() == head) {
        ofKey = isOfKey(event);
        flagsIn = argument(event);
        if (flagsIn < 0) {
          return FAILED;
        }
        if (flagsIn == 0 || event.type() != RecordType.SYSCALL) {
          return OTHER;
        }
        flags = flagsIn == IN_RECORD ? -1 : record.hexValue(-1);
      } else if (event.type() == RecordType.PATH) {
        paths++;
      } else if (event.type() == RecordType.OPENAT2 && flagsIn == IN_RECORD) {
        flags = openFlags(event);
      }
    }
    return flags >= 0 && (flags & CHANGES) == 0 && paths == 1 ? READ : OTHER;
  }

  /// Whether the event that was read last is one of the rule's.
  boolean isOfKey() {
    return ofKey;
  }

  // Leaves the walk at the argument that has the flags; 0: it is no call of that kind; -1: it
  // failed, which io_uring tells too.
  private int argument(AssembledEvent event) {
    long arch = -1;
    int flagsIn = 0;
    boolean success = false;
    event.fields(record);
    while (record.next()) {
      long name = record.nameWord();
      if (name == ARCH) {
        arch = record.hexValue(-1);
      } else if (name == SYSCALL) {
        flagsIn = flagsIn(arch, record.decimalValue(-1));
      } else if (name == SUCCESS) {
        success = record.valueLength() == 3 && Memory.byteAt(record.valueAddress()) == 'y';
        if (!success || flagsIn == 0 || flagsIn == IN_RECORD) {
          return success ? flagsIn : -1;
        }
      } else if (name == A1 && flagsIn == SECOND || name == A2 && flagsIn == THIRD) {
        return success ? flagsIn : 0;
      } else if (name == ITEMS) {
        return 0;
      }
    }
    return 0;
  }

  static int flagsIn(long arch, long number) {
    for (long[] call : CALLS) {
      if (call[0] == arch && call[1] == number) {
        return (int) call[2];
      }
    }
    return 0;
  }

  // The kernel writes the key last, and two of them in hexadecimal; auditd may write more behind.
  private boolean isOfKey(AssembledEvent event) {
    if (event.prefixLength() == 0) {
      int from = event.textLength() - ending.length;
      return from > 0 && Memory.isAt(event.textAddress() + from, ending);
    }
    int nameLength = " key=".length();
    event.fields(record);
    while (record.next()) {
      if (record.nameWord() == KEY && record.nameLength() == 3) {
        return record.valueLength() == ending.length - nameLength
            && Memory.isAt(record.valueAddress(), ending, nameLength, ending.length);
      }
    }
    return false;
  }

  // `oflag=0100000`, octal.
  private long openFlags(AssembledEvent event) {
    event.fields(record);
    while (record.next()) {
      if (record.nameWord() == OFLAG) {
        long flags = 0;
        for (int i = 0; i < record.valueLength(); i++) {
          int digit = Memory.byteAt(record.valueAddress() + i) - '0';
          if (digit < 0 || digit > 7 || i > 20) {
            return -1;
          }
          flags = flags << 3 | digit;
        }
        return record.valueLength() == 0 ? -1 : flags;
      }
    }
    return -1;
  }
}
