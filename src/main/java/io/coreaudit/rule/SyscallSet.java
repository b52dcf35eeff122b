package io.coreaudit.rule;

import java.util.List;

/// Which system calls a rule is for; in the io_uring list, which operations.
public sealed interface SyscallSet {
  /// All.
  record Every() implements SyscallSet {}

  /// Some, or none.
  ///
  /// @param numbers ascending
  record These(List<Integer> numbers) implements SyscallSet {
    /// Copies the list, in ascending order.
    public These {
      numbers = numbers.stream().sorted().distinct().toList();
    }
  }
}
