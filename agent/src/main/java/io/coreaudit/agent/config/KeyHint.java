package io.coreaudit.agent.config;

import java.util.ArrayList;
import java.util.List;

/// Finds the key that a user may have meant.
final class KeyHint {
  private KeyHint() {}

  /// ` (did you mean watch.paths?)`, or nothing when no key is near.
  static String of(String path) {
    String wrong = ConfigKey.pattern(path);
    List<String> names = new ArrayList<>(ConfigKey.sections());
    for (ConfigKey key : ConfigKey.values()) {
      names.add(key.key());
    }
    names.sort(null);
    String best = null;
    int bestDistance = Math.max(2, wrong.length() / 4) + 1;
    for (String name : names) {
      int distance = distance(wrong, name);
      if (distance < bestDistance) {
        best = name;
        bestDistance = distance;
      }
    }
    if (best == null) {
      return "";
    }
    String sink = path.replaceFirst("^(sinks\\.[0-9]+).*$", "$1");
    return " (did you mean " + (sink.equals(path) ? best : best.replace("sinks.*", sink)) + "?)";
  }

  /// Number of letters to add, drop or change to make one text the other.
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int above = row[j];
        row[j] =
            Math.min(
                Math.min(row[j] + 1, row[j - 1] + 1),
                diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1));
        diagonal = above;
      }
    }
    return row[to.length()];
  }
}
