package io.coreaudit.agent;

/// Small numbers in every build, the issue's own with `-Dcoreaudit.full=PART` (or
/// COREAUDIT_FULL=PART).
final class Scale {
  private Scale() {}

  static boolean full() {
    return full("spool");
  }

  private static boolean full(String part) {
    return part.equals(System.getProperty("coreaudit.full", System.getenv("COREAUDIT_FULL")));
  }

  static int of(int small, int full) {
    return of("spool", small, full);
  }

  static int of(String part, int small, int full) {
    return full(part) ? full : small;
  }
}
