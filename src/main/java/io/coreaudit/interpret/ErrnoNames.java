package io.coreaudit.interpret;

import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NumberedNames;

/// Names of error numbers: 13 is `EACCES`.
public final class ErrnoNames {
  private static final NumberedNames TABLE = KernelNames.errors();

  private ErrnoNames() {}

  /// The name of a positive error number, or null. The array must not be changed.
  public static byte[] name(long errno) {
    return TABLE.name(errno);
  }
}
