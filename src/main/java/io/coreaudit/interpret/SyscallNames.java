package io.coreaudit.interpret;

/// Names of system calls by architecture and number.
public final class SyscallNames {
  private static final NumberedNames X86_64 = NumberedNames.parse(KernelTables.SYSCALLS_X86_64);
  private static final NumberedNames I386 = NumberedNames.parse(KernelTables.SYSCALLS_I386);
  private static final NumberedNames AARCH64 = NumberedNames.parse(KernelTables.SYSCALLS_AARCH64);

  private SyscallNames() {}

  /// The table of an architecture (`arch=` of a record), or null when there is none.
  public static NumberedNames of(int arch) {
    return switch (arch) {
      case ArchNames.X86_64 -> X86_64;
      case ArchNames.I386 -> I386;
      case ArchNames.AARCH64 -> AARCH64;
      default -> null;
    };
  }

  /// The name of a system call, or null when it is unknown. The array must not be changed.
  public static byte[] name(int arch, long number) {
    NumberedNames table = of(arch);
    return table == null ? null : table.name(number);
  }
}
