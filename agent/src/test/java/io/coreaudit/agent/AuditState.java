package io.coreaudit.agent;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The kernel's audit as `auditctl` sees it: settings that an agent may change, and the rules.
///
/// @param settings by the names of `auditctl -s`
/// @param rules as `auditctl -l` prints them
record AuditState(Map<String, String> settings, List<String> rules) {
  private static final List<String> CHANGING =
      List.of("lost", "backlog", "backlog_wait_time_actual");

  static AuditState now() throws IOException, InterruptedException {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String line : Command.run("auditctl", "-s").split("\n")) {
      String[] words = line.split(" ", 2);
      if (words.length == 2 && !CHANGING.contains(words[0])) {
        settings.put(words[0], words[1]);
      }
    }
    List<String> rules =
        Command.run("auditctl", "-l").lines().filter(line -> !line.equals("No rules")).toList();
    return new AuditState(settings, rules);
  }

  String setting(String name) {
    return settings.get(name);
  }

  /// Who owns the unicast slot; 0: nobody.
  long pid() {
    return Long.parseLong(setting("pid"));
  }
}
