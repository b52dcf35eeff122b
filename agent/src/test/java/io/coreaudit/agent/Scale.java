package io.coreaudit.agent;

import io.coreaudit.kernel.FullRun;

/// Small numbers in every build, the issue's own with `--full=PART`.
final class Scale {
  private Scale() {}

  static boolean full() {
    return full("spool");
  }

  static boolean full(String part) {
    return FullRun.of(part);
  }

  static int of(int small, int full) {
    return of("spool", small, full);
  }

  static int of(String part, int small, int full) {
    return FullRun.count(part, small, full);
  }
}
