package io.coreaudit.agent.config;

import io.coreaudit.agent.config.Settings.Setting;
import java.util.Arrays;
import java.util.List;

/// Reads `--set key=value` into settings. Scalars are taken as they stand, lists by comma, `sinks`
/// as YAML in one line; `sinks.0.address` reaches into the list that is there by then.
final class SetReader {
  private static final String WHERE = "--set";

  private final Settings settings;

  SetReader(Settings settings) {
    this.settings = settings;
  }

  void read(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals <= 0) {
      settings.problem(WHERE, "", "expected key=value, found '" + assignment + "'");
      return;
    }
    String path = assignment.substring(0, equals).strip();
    String text = assignment.substring(equals + 1).strip();
    ConfigKey key = ConfigKey.named(path);
    if (path.equals(ConfigKey.SINKS)) {
      new YamlReader(settings, WHERE, false).readValue(path, text.isEmpty() ? "[]" : text);
      return;
    }
    if (key == null) {
      settings.problem(
          WHERE,
          path,
          ConfigKey.section(path)
              ? "expected one of the keys below it, such as " + below(path)
              : "unknown key" + KeyHint.of(path));
      return;
    }
    if (key.ofSink() && !reach(path)) {
      return;
    }
    if (key.type() instanceof ValueType.Many) {
      if (text.startsWith("[")) {
        new YamlReader(settings, WHERE, false).readValue(path, text);
      } else {
        List<String> texts =
            Arrays.stream(text.split(",")).map(String::strip).filter(t -> !t.isEmpty()).toList();
        settings.put(path, new Setting(texts, true, WHERE));
      }
    } else {
      settings.put(path, new Setting(List.of(text), false, WHERE));
    }
  }

  private boolean reach(String path) {
    String place = path.substring("sinks.".length(), path.indexOf('.', "sinks.".length()));
    if (place.equals("*")) {
      settings.problem(WHERE, path, "expected the sink's place in the list: sinks.0 is the first");
      return false;
    }
    int sink = place.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(place);
    int sinks = settings.sinkPlaces().size();
    if (sink > sinks) {
      settings.problem(
          WHERE, path, "there are " + sinks + " sinks: expected sinks." + sinks + " for one more");
      return false;
    }
    if (sink == sinks) {
      settings.addSink(WHERE);
    }
    return true;
  }

  private static String below(String section) {
    for (ConfigKey key : ConfigKey.values()) {
      if (key.key().startsWith(ConfigKey.pattern(section) + ".")) {
        return key.key();
      }
    }
    return section;
  }
}
