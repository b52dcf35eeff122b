package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;

/// Tells whether an event is one of a rule's, and a call that opened one file for reading and did
/// nothing else to it. For the intake thread; allocates nothing.
///
/// What is not known for sure is none: an architecture or a call that is not listed here, arguments
/// that point elsewhere without a record that shows them, a second path, a second key.
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

  private final byte[] ending;
  private final RecordFlyweight record = new RecordFlyweight();

  /// @param key of the rule
  ReadCall(String key) {
    ending = (" key=\"" + key + '"').getBytes(StandardCharsets.UTF_8);
  }

  /// Whether an event is that.
  boolean read(AssembledEvent event) {
    long head = event.headRecord();
    int flagsIn = 0;
    long flags = -1;
    int paths = 0;
    event.rewind();
    while (event.next()) {
      if (event.record() == head) {
        if (event.type() != RecordType.SYSCALL || !isOfKey(event)) {
          return false;
        }
        flagsIn = argument(event);
        if (flagsIn == 0) {
          return false;
        }
        flags = flagsIn == IN_RECORD ? -1 : record.hexValue(-1);
      } else if (event.type() == RecordType.PATH) {
        paths++;
      } else if (event.type() == RecordType.OPENAT2 && flagsIn == IN_RECORD) {
        flags = openFlags(event);
      }
    }
    return flags >= 0 && (flags & CHANGES) == 0 && paths == 1;
  }

  // Leaves the walk at the argument that has the flags; 0: it is no successful call of that kind.
  private int argument(AssembledEvent event) {
    long arch = -1;
    int flagsIn = 0;
    boolean success = false;
    wrap(event);
    while (record.next()) {
      long name = record.nameWord();
      if (name == ARCH) {
        arch = record.hexValue(-1);
      } else if (name == SYSCALL) {
        flagsIn = flagsIn(arch, record.decimalValue(-1));
      } else if (name == SUCCESS) {
        success = record.valueLength() == 3 && Memory.byteAt(record.valueAddress()) == 'y';
        if (!success || flagsIn == IN_RECORD) {
          return success ? flagsIn : 0;
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

  private void wrap(AssembledEvent event) {
    if (event.prefixLength() > 0) {
      record.wrap(event.textAddress(), event.textLength());
    } else {
      record.wrapKernel(event.textAddress(), event.textLength());
    }
    record.rewind();
  }

  // The kernel writes the key last, and two of them in hexadecimal; auditd may write more behind.
  private boolean isOfKey(AssembledEvent event) {
    if (event.prefixLength() == 0) {
      int from = event.textLength() - ending.length;
      return from > 0 && isAt(event.textAddress() + from, 0);
    }
    int nameLength = " key=".length();
    wrap(event);
    while (record.next()) {
      if (record.nameWord() == KEY && record.nameLength() == 3) {
        return record.valueLength() == ending.length - nameLength
            && isAt(record.valueAddress(), nameLength);
      }
    }
    return false;
  }

  private boolean isAt(long address, int from) {
    for (int i = from; i < ending.length; i++) {
      if (Memory.byteAt(address + i - from) != ending[i]) {
        return false;
      }
    }
    return true;
  }

  // `oflag=0100000`, octal.
  private long openFlags(AssembledEvent event) {
    wrap(event);
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
