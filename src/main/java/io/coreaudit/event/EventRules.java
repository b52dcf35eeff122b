package io.coreaudit.event;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.ring.RecordDescriptor;

/// What a record's type says about its event.
final class EventRules {
  private static final int AFTER_LOGIN = RecordType.LOGIN + 1;
  private static final int FIRST_OF_KERNEL = 1300;
  private static final int FIRST_OF_USER_SPACE_ANOMALIES = 2100;

  private static final long ARCH = RecordFlyweight.word("arch");
  private static final long SYSCALL = RecordFlyweight.word("syscall");

  private EventRules() {}

  /// Whether an event is complete when its last record is of this type: libaudit's list.
  ///
  /// User space and daemon records stand alone, so do the agents' of NetLabel and the anomalies of
  /// user space. LOGIN, AVC, CONFIG_CHANGE, AppArmor, integrity and the rest may be parts of a
  /// syscall's event, and wait.
  static boolean endsEvent(int type) {
    return type == RecordType.PROCTITLE
        || type == RecordType.EOE
        || (type >= AFTER_LOGIN && type < FIRST_OF_KERNEL)
        || type == RecordType.USER
        || type == RecordType.KERNEL
        || (type >= RecordType.MAC_UNLBL_ALLOW && type <= RecordType.MAC_CALIPSO_DEL)
        || type >= FIRST_OF_USER_SPACE_ANOMALIES;
  }

  /// Whether the kernel writes this record first of a syscall's or io_uring operation's own.
  static boolean isHead(int type) {
    return type == RecordType.SYSCALL || type == RecordType.URINGOP;
  }

  /// Whether the kernel writes this record only behind a head: without one, records are missing.
  ///
  /// Left out are those that the kernel also writes where no syscall is audited (BPF,
  /// NETFILTER_CFG, SECCOMP, TTY, KERN_MODULE, clock changes).
  static boolean needsHead(int type) {
    return switch (type) {
      case RecordType.PATH,
          RecordType.CWD,
          RecordType.EOE,
          RecordType.PROCTITLE,
          RecordType.EXECVE,
          RecordType.SOCKETCALL,
          RecordType.SOCKADDR,
          RecordType.IPC,
          RecordType.IPC_SET_PERM,
          RecordType.MQ_OPEN,
          RecordType.MQ_SENDRECV,
          RecordType.MQ_NOTIFY,
          RecordType.MQ_GETSETATTR,
          RecordType.FD_PAIR,
          RecordType.OBJ_PID,
          RecordType.BPRM_FCAPS,
          RecordType.CAPSET,
          RecordType.MMAP,
          RecordType.OPENAT2 ->
          true;
      default -> false;
    };
  }

  /// Whether a head's syscall opens or removes a POSIX message queue: its `items` counts the root
  /// of the queues' file system too, for which the kernel writes no PATH.
  static boolean hidesPaths(RecordFlyweight fields, long head) {
    fields.wrap(RecordDescriptor.textAddress(head), RecordDescriptor.textLength(head));
    fields.rewind();
    long arch = 0;
    while (fields.next()) {
      if (fields.nameWord() == ARCH) {
        arch = fields.hexValue(0);
      } else if (fields.nameWord() == SYSCALL) {
        return isMessageQueueCall(arch, fields.decimalValue(-1));
      }
    }
    return false;
  }

  private static boolean isMessageQueueCall(long arch, long syscall) {
    int open =
        switch ((int) arch) {
          case 0xc000003e -> 240; // x86_64
          case 0x40000003 -> 277; // i386
          case 0xc00000b7, 0xc00000f3 -> 180; // aarch64, riscv64
          case 0xc0000015, 0x80000015, 0x00000014 -> 262; // ppc64le, ppc64, ppc
          case 0x80000016, 0x00000016 -> 271; // s390x, s390
          case 0x40000028 -> 274; // arm
          default -> -2;
        };
    return syscall == open || syscall == open + 1;
  }

  /// The node's name in a record's prefix: its first byte, 0 when the prefix names none.
  static long nodeAddress(long record) {
    if (RecordDescriptor.prefixLength(record) <= 5) {
      return 0;
    }
    long prefix = RecordDescriptor.prefixAddress(record);
    boolean named = Memory.intAt(prefix) == 0x65646f6e && Memory.byteAt(prefix + 4) == '='; // node=
    return named ? prefix + 5 : 0;
  }

  /// Length of the node's name at an address of that prefix.
  static int nodeLength(long record, long node) {
    long end = RecordDescriptor.textAddress(record);
    long at = node;
    while (at < end && Memory.byteAt(at) != ' ') {
      at++;
    }
    return (int) (at - node);
  }
}
