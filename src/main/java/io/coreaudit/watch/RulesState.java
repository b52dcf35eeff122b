package io.coreaudit.watch;

import io.coreaudit.rule.AuditRuleData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The file that says which rules in the kernel are ours: one wire form a line, in hex, and behind
/// a blank what it stands on. Of lines about one rule the last counts.
///
/// It lies where a reboot clears it, as a reboot clears the rules.
final class RulesState {
  private final Path file;

  RulesState(Path file) {
    this.file = file;
  }

  /// The rules that stand in the file; none when there is no file. A line that is no rule is passed
  /// over: at worst a rule of ours is taken for somebody else's and left alone.
  Map<AuditRuleData, String> read() {
    Map<AuditRuleData, String> rules = new LinkedHashMap<>();
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          if (line.isBlank()) {
            continue;
          }
          try {
            String[] words = line.strip().split(" ", 2);
            AuditRuleData rule = AuditRuleData.parse(HexFormat.of().parseHex(words[0]));
            rules.put(rule, words.length == 2 ? words[1] : "");
          } catch (IllegalArgumentException e) {
            continue;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
    return rules;
  }

  /// Adds a rule to the file. What a crash leaves of a line is no rule.
  void append(AuditRuleData rule, String stand) {
    try {
      if (!Files.exists(file)) {
        StateFile.write(file, List.of());
      }
      Files.writeString(file, "\n" + line(rule, stand) + "\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /// Writes the file anew, whole or not at all.
  void write(Map<AuditRuleData, String> rules) {
    List<String> lines = new ArrayList<>();
    rules.forEach((rule, stand) -> lines.add(line(rule, stand)));
    try {
      StateFile.write(file, lines);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private static String line(AuditRuleData rule, String stand) {
    return (HexFormat.of().formatHex(rule.wire()) + " " + stand).strip();
  }

  private UncheckedIOException cannotWrite(IOException e) {
    return new UncheckedIOException(
        "cannot write " + file + ": " + e.getMessage() + " (which rules are ours would be lost)",
        e);
  }
}
