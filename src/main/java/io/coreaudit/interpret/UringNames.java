package io.coreaudit.interpret;

/// Names of the operations of io_uring (`uring_op=`): 18 is `openat`.
public final class UringNames {
  private static final NumberedNames TABLE = NumberedNames.parse(KernelTables.URING_OPERATIONS);

  private UringNames() {}

  /// The table of all operations.
  public static NumberedNames table() {
    return TABLE;
  }
}
