package io.coreaudit.kernel;

/// Small numbers in every build, a part's own with `src/verify.sh --full=PART`
/// (`-Dcoreaudit.full=PART`, or COREAUDIT_FULL=PART). The one switch for all tests.
public final class FullRun {
  private FullRun() {}

  /// Whether the large numbers of a part are wanted: `spool`, `watch`, `decode`.
  public static boolean of(String part) {
    return part.equals(System.getProperty("coreaudit.full", System.getenv("COREAUDIT_FULL")));
  }

  /// The count that is wanted.
  public static int count(String part, int small, int full) {
    return of(part) ? full : small;
  }
}
