package io.coreaudit.agent;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The files of `src/monitoring`.
final class Monitoring {
  static final Path DIR = Path.of("../src/monitoring");
  static final Path RULES = DIR.resolve("coreaudit.rules.yml");
  static final Path TESTS = DIR.resolve("coreaudit.test.yml");
  static final Path DASHBOARD = DIR.resolve("coreaudit.dashboard.json");

  // Recording rules have a colon where these have their first underscore.
  private static final Pattern METRIC =
      Pattern.compile("(?<![a-z_:.])(?:coreaudit|process|jvm)_[a-z_]+");

  private Monitoring() {}

  /// The metrics that a text names; of a histogram the name of the whole.
  static Set<String> metricsIn(String text) {
    Set<String> names = new TreeSet<>();
    METRIC
        .matcher(text)
        .results()
        .forEach(name -> names.add(name.group().replaceFirst("_(bucket|count|sum)$", "")));
    return names;
  }
}
