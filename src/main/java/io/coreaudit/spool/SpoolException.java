package io.coreaudit.spool;

/// The spool cannot be opened: what, where, why, and what to do about it.
public sealed class SpoolException extends RuntimeException permits NewerSpoolException {
  private static final long serialVersionUID = 1L;

  /// Creates an exception with its whole message.
  public SpoolException(String message) {
    super(message);
  }

  /// Creates an exception with its whole message and what caused it.
  public SpoolException(String message, Throwable cause) {
    super(message, cause);
  }
}
