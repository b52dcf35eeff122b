package io.coreaudit.interpret;

import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NameTable;
import io.coreaudit.table.NumberedNames;
import java.nio.charset.StandardCharsets;

/// The system calls of one architecture, as libaudit calls them, and what their arguments are.
final class CallTable {
  private static final int ARGUMENTS = 4;
  // Younger than the libaudit whose names these are, and logged by number there.
  private static final int URETPROBE = 335;

  private final byte[][] names;
  private final byte[] kinds;

  private CallTable(NumberedNames kernel, NumberedNames libaudit, boolean withArguments) {
    int limit = Math.max(kernel.limit(), libaudit == null ? 0 : libaudit.limit());
    names = new byte[limit][];
    kinds = new byte[withArguments ? limit * ARGUMENTS : 0];
    for (int number = 0; number < limit; number++) {
      byte[] name = libaudit == null ? null : libaudit.name(number);
      names[number] = name != null ? name : kernel.name(number);
      if (names[number] != null && withArguments) {
        String call = new String(names[number], StandardCharsets.US_ASCII);
        for (int argument = 0; argument < ARGUMENTS; argument++) {
          kinds[number * ARGUMENTS + argument] = (byte) ArgumentKind.of(call, argument).ordinal();
        }
      }
    }
  }

  private static CallTable of(int arch) {
    CallTable table =
        new CallTable(KernelNames.syscalls(arch), KernelNames.libauditSyscalls(arch), true);
    if (arch == KernelNames.X86_64) {
      table.names[URETPROBE] = null;
    }
    return table;
  }

  /// The table of an architecture (`arch=`), or null: there is none.
  static CallTable ofArch(int arch) {
    return switch (arch) {
      case KernelNames.X86_64 -> X8664.TABLE;
      case KernelNames.I386 -> X86.TABLE;
      case KernelNames.AARCH64 -> Arm64.TABLE;
      case KernelNames.ARM -> Arm32.TABLE;
      case KernelNames.PPC64LE, KernelNames.PPC64, KernelNames.PPC -> Power.TABLE;
      case KernelNames.S390X -> Z64.TABLE;
      case KernelNames.S390 -> Z31.TABLE;
      case KernelNames.RISCV64 -> RiscV.TABLE;
      default -> null;
    };
  }

  /// Operations of io_uring.
  static CallTable uring() {
    return Uring.TABLE;
  }

  /// The name of a call, or null.
  byte[] name(long number) {
    return number >= 0 && number < names.length ? names[(int) number] : null;
  }

  /// What an argument, 0 to 3, is.
  ArgumentKind argument(long number, int argument) {
    return number >= 0 && number < names.length && kinds.length > 0
        ? ArgumentKind.of(kinds[(int) number * ARGUMENTS + argument])
        : ArgumentKind.NUMBER;
  }

  // A class each: most logs are of one architecture or two.

  private static final class X8664 {
    static final CallTable TABLE = of(KernelNames.X86_64);
  }

  private static final class X86 {
    static final CallTable TABLE = of(KernelNames.I386);
  }

  private static final class Arm64 {
    static final CallTable TABLE = of(KernelNames.AARCH64);
  }

  private static final class Arm32 {
    static final CallTable TABLE = of(KernelNames.ARM);
  }

  private static final class Power {
    static final CallTable TABLE = of(KernelNames.PPC64LE);
  }

  private static final class Z64 {
    static final CallTable TABLE = of(KernelNames.S390X);
  }

  private static final class Z31 {
    static final CallTable TABLE = of(KernelNames.S390);
  }

  private static final class RiscV {
    static final CallTable TABLE = of(KernelNames.RISCV64);
  }

  private static final class Uring {
    static final CallTable TABLE = new CallTable(KernelNames.uringOperations(), null, false);

    static {
      for (int i = 0; i < NameTable.URING_UNAUDITED.names().size(); i++) {
        TABLE.names[(int) NameTable.URING_UNAUDITED.names().number(i)] = null;
      }
    }
  }
}
