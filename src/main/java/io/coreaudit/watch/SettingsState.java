package io.coreaudit.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The file that says what the kernel's settings were before we changed them: a name and a number a
/// line, none when nothing is changed.
///
/// It lies where a reboot clears it, as a reboot clears the settings.
final class SettingsState {
  static final String ENABLED = "enabled";
  static final String BACKLOG_WAIT_TIME = "backlog_wait_time";

  private final Path file;
  private final Map<String, Long> values;

  SettingsState(Path file) {
    this.file = file;
    this.values = read(file);
  }

  /// A line that is none of ours is passed over: at worst a setting stays as it is.
  private static Map<String, Long> read(Path file) {
    Map<String, Long> values = new TreeMap<>();
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          String[] words = line.split(" ");
          if (words.length == 2 && words[1].matches("[0-9]{1,9}")) {
            values.put(words[0], Long.parseLong(words[1]));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
    return values;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  long value(String name) {
    return values.get(name);
  }

  void put(String name, long value) {
    values.put(name, value);
    write();
  }

  void remove(String name) {
    values.remove(name);
    write();
  }

  private void write() {
    try {
      if (values.isEmpty()) {
        Files.deleteIfExists(file);
      } else {
        List<String> lines =
            values.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
        StateFile.write(file, lines);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write "
              + file
              + ": "
              + e.getMessage()
              + " (what the kernel's settings were would be lost)",
          e);
    }
  }
}
