package io.coreaudit.interpret;

/// Names of error numbers: 13 is `EACCES`.
public final class ErrnoNames {
  private static final NumberedNames TABLE = NumberedNames.parse(KernelTables.ERRORS);

  private ErrnoNames() {}

  /// The name of a positive error number, or null. The array must not be changed.
  public static byte[] name(long errno) {
    return TABLE.name(errno);
  }
}
