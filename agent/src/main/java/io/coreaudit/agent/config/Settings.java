package io.coreaudit.agent.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What was given, before it is understood: key, text, and where it stands. Later sources win.
final class Settings {
  /// One given value.
  ///
  /// @param texts the value; one element unless a list
  /// @param list whether it was written as a list
  /// @param where `coreaudit.yaml:12` or `--set`
  record Setting(List<String> texts, boolean list, String where) {
    String text() {
      return texts.getFirst();
    }
  }

  private final Map<String, Setting> given = new LinkedHashMap<>();
  private final List<String> sinkPlaces = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> problemPaths = new ArrayList<>();
  private boolean sinksGiven;

  /// Notes a value of a known key.
  void put(String path, Setting setting) {
    given.put(path, setting);
  }

  /// What was given for a key, or null.
  Setting get(ConfigKey key, int sink) {
    return given.get(key.at(sink));
  }

  /// Forgets all sinks: a new list begins.
  void clearSinks() {
    given.keySet().removeIf(path -> path.startsWith(ConfigKey.SINKS + "."));
    sinkPlaces.clear();
    sinksGiven = true;
  }

  /// Adds a sink to the list.
  void addSink(String where) {
    sinksGiven = true;
    sinkPlaces.add(where);
  }

  /// Where each sink begins.
  List<String> sinkPlaces() {
    return sinkPlaces;
  }

  /// Whether any source gave a list of sinks, if only an empty one.
  boolean sinksGiven() {
    return sinksGiven;
  }

  /// Notes a fault.
  void problem(String where, String path, String text) {
    problemPaths.add(path);
    String problem = where + ": " + (path.isEmpty() ? "" : path + ": ") + text;
    // One line each, whatever was given: these go to a terminal.
    problems.add(problem.replaceAll("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]", "?"));
  }

  /// Whether a fault of this key, or below it, is noted already: what follows from it is not news.
  boolean faulty(String path) {
    return problemPaths.stream().anyMatch(p -> p.equals(path) || p.startsWith(path + "."));
  }

  /// All faults so far.
  List<String> problems() {
    return problems;
  }
}
