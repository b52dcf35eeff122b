package io.coreaudit.interpret;

import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NumberedNames;

/// Names of the operations of io_uring (`uring_op=`): 18 is `openat`.
public final class UringNames {
  private UringNames() {}

  /// The table of all operations.
  public static NumberedNames table() {
    return KernelNames.uringOperations();
  }
}
