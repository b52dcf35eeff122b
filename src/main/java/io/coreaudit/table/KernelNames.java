package io.coreaudit.table;

/// The tables of names, each made when it is first asked for.
public final class KernelNames {
  /// x86, 64 bits, as in `arch=`: ELF machine, 64-bit bit, little-endian bit.
  public static final int X86_64 = 0xc000003e;

  /// x86, 32 bits.
  public static final int I386 = 0x40000003;

  /// ARM, 64 bits.
  public static final int AARCH64 = 0xc00000b7;

  /// ARM, 32 bits.
  public static final int ARM = 0x40000028;

  /// POWER, 64 bits, little-endian.
  public static final int PPC64LE = 0xc0000015;

  /// POWER, 64 bits, big-endian.
  public static final int PPC64 = 0x80000015;

  /// POWER, 32 bits.
  public static final int PPC = 0x00000014;

  /// IBM Z, 64 bits.
  public static final int S390X = 0x80000016;

  /// IBM Z, 31 bits.
  public static final int S390 = 0x00000016;

  /// RISC-V, 64 bits.
  public static final int RISCV64 = 0xc00000f3;

  private KernelNames() {}

  /// System calls of an architecture, or null when there is no table.
  public static NumberedNames syscalls(int arch) {
    return switch (arch) {
      case X86_64 -> X8664.KERNEL;
      case I386 -> X86.KERNEL;
      case AARCH64 -> Arm64.KERNEL;
      case ARM -> Arm32.KERNEL;
      case PPC64LE, PPC64, PPC -> Power.KERNEL;
      case S390X -> Z64.KERNEL;
      case S390 -> Z31.KERNEL;
      case RISCV64 -> RiscV.KERNEL;
      default -> null;
    };
  }

  /// Those system calls of an architecture that libaudit calls otherwise, or null when there is no
  /// table.
  public static NumberedNames libauditSyscalls(int arch) {
    return switch (arch) {
      case X86_64 -> X8664.LIBAUDIT;
      case I386 -> X86.LIBAUDIT;
      case AARCH64 -> Arm64.LIBAUDIT;
      case ARM -> Arm32.LIBAUDIT;
      case PPC64LE, PPC64, PPC -> Power.LIBAUDIT;
      case S390X -> Z64.LIBAUDIT;
      case S390 -> Z31.LIBAUDIT;
      default -> null;
    };
  }

  /// Operations of io_uring.
  public static NumberedNames uringOperations() {
    return Uring.NAMES;
  }

  /// Error numbers.
  public static NumberedNames errors() {
    return Errors.NAMES;
  }

  // A class each: most processes ask for one architecture or two.

  private static final class X8664 {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_X86_64);
    static final NumberedNames LIBAUDIT = NumberedNames.parse(KernelTables.LIBAUDIT_X86_64);
  }

  private static final class X86 {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_I386);
    static final NumberedNames LIBAUDIT = NumberedNames.parse(KernelTables.LIBAUDIT_I386);
  }

  private static final class Arm64 {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_AARCH64);
    static final NumberedNames LIBAUDIT = NumberedNames.parse(KernelTables.LIBAUDIT_AARCH64);
  }

  private static final class Arm32 {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_ARM);
    static final NumberedNames LIBAUDIT = NumberedNames.parse(KernelTables.LIBAUDIT_ARM);
  }

  private static final class Power {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_PPC);
    static final NumberedNames LIBAUDIT = NumberedNames.parse(KernelTables.LIBAUDIT_PPC);
  }

  private static final class Z64 {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_S390X);
    static final NumberedNames LIBAUDIT = NumberedNames.parse(KernelTables.LIBAUDIT_S390X);
  }

  private static final class Z31 {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_S390);
    static final NumberedNames LIBAUDIT = NumberedNames.parse(KernelTables.LIBAUDIT_S390);
  }

  private static final class RiscV {
    static final NumberedNames KERNEL = NumberedNames.parse(KernelTables.SYSCALLS_RISCV64);
  }

  private static final class Uring {
    static final NumberedNames NAMES = NumberedNames.parse(KernelTables.URING_OPERATIONS);
  }

  private static final class Errors {
    static final NumberedNames NAMES = NumberedNames.parse(KernelTables.ERRORS);
  }
}
