package io.coreaudit.agent.command;

/// What the process tells its caller at the end.
public final class ExitStatus {
  /// Done.
  public static final int DONE = 0;

  /// Something is wrong in what was asked about.
  public static final int FOUND_WRONG = 1;

  /// Wrong usage or configuration.
  public static final int WRONG_USAGE = 2;

  /// The kernel or the system refused.
  public static final int REFUSED = 3;

  private ExitStatus() {}
}
