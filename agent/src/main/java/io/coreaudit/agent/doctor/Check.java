package io.coreaudit.agent.doctor;

/// One thing to look at on a host.
///
/// @param name what it is called: `kernel line`
/// @param look looks at it
record Check(String name, Look look) {
  /// A look at a host. It changes nothing.
  @FunctionalInterface
  interface Look {
    /// What is found. Whatever it throws makes the check skipped, with the message as the reason.
    Finding at(Host host) throws Exception;
  }
}
