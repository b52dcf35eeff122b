package io.coreaudit.agent;

/// Small numbers in every build, the issue's own with `-Dcoreaudit.full=spool` (or
/// COREAUDIT_FULL=delivery).
final class Scale {
  private Scale() {}

  static boolean full() {
    return "spool".equals(System.getProperty("coreaudit.full", System.getenv("COREAUDIT_FULL")));
  }

  static int of(int small, int full) {
    return full() ? full : small;
  }
}
