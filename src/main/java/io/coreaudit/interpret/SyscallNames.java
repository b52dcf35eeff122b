package io.coreaudit.interpret;

import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NumberedNames;

/// Names of system calls by architecture and number.
public final class SyscallNames {
  private SyscallNames() {}

  /// The table of an architecture (`arch=` of a record), or null when there is none.
  public static NumberedNames of(int arch) {
    return KernelNames.syscalls(arch);
  }

  /// The name of a system call, or null when it is unknown. The array must not be changed.
  public static byte[] name(int arch, long number) {
    NumberedNames table = of(arch);
    return table == null ? null : table.name(number);
  }
}
