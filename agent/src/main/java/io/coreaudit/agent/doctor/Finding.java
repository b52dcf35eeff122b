package io.coreaudit.agent.doctor;

import java.util.List;

/// What a look found.
///
/// @param words what it is, for people, with `name=value` where there is one
/// @param mend the command that mends it, or what to do; empty when there is nothing to mend
record Finding(Verdict verdict, String words, String mend) {
  private static final int MOST_TOLD = 3;

  /// The first few of many, and how many more there are.
  static String some(List<String> all) {
    String told = String.join("; ", all.subList(0, Math.min(MOST_TOLD, all.size())));
    return all.size() > MOST_TOLD ? told + "; and " + (all.size() - MOST_TOLD) + " more" : told;
  }

  static Finding good(String words) {
    return new Finding(Verdict.GOOD, words, "");
  }

  static Finding warn(String words, String mend) {
    return new Finding(Verdict.WARN, words, mend);
  }

  static Finding bad(String words, String mend) {
    return new Finding(Verdict.BAD, words, mend);
  }

  static Finding skipped(String why) {
    return new Finding(Verdict.SKIPPED, why, "");
  }
}
