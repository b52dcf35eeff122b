package io.coreaudit.agent.command;

/// The end of a command that could not do its work: what the user reads, and the exit status.
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  /// Creates the end of a command.
  ///
  /// @param status of `ExitStatus`
  /// @param message one line for the user
  public CommandException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /// The exit status.
  public int status() {
    return status;
  }
}
