package io.coreaudit.kernel;

/// The kernel refused a system call, and going on makes no sense.
///
/// The message names the call, the errno with its text, and what to do about it.
public class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// The system call, with its telling arguments.
  private final String call;

  /// The error number, positive.
  private final int errno;

  /// What to do about it; empty when there is nothing to advise.
  private final String remedy;

  /// Creates the exception.
  ///
  /// @param call the system call, with its telling arguments
  /// @param errno the error number; its sign does not matter
  /// @param remedy what to do about it, or an empty string
  public KernelException(String call, int errno, String remedy) {
    super(call + ": " + Errno.describe(Math.abs(errno)) + (remedy.isEmpty() ? "" : ": " + remedy));
    this.call = call;
    this.errno = Math.abs(errno);
    this.remedy = remedy;
  }

  /// The value of a call if it is good, an exception if it is `-errno`.
  public static int checked(String call, int result) {
    if (result < 0) {
      throw new KernelException(call, result, "");
    }
    return result;
  }

  /// The value of a call if it is good, an exception if it is `-errno`.
  public static long checked(String call, long result) {
    if (result < 0) {
      throw new KernelException(call, (int) result, "");
    }
    return result;
  }

  /// The system call, with its telling arguments.
  public final String call() {
    return call;
  }

  /// The error number, positive.
  public final int errno() {
    return errno;
  }

  /// What the error number means.
  public final String text() {
    return Errno.text(errno);
  }

  /// What to do about it; empty when there is nothing to advise.
  public final String remedy() {
    return remedy;
  }
}
