package io.coreaudit.rule;

/// A line that makes no rule.
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int column;

  RefusedException(int column, String message) {
    super(message, null, false, false);
    this.column = column;
  }

  int column() {
    return column;
  }
}
