package io.coreaudit.watch;

import io.coreaudit.rule.AuditRuleData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The file that says which rules in the kernel are ours: one wire form a line, in hex.
///
/// It lies where a reboot clears it, as a reboot clears the rules.
final class RulesState {
  private final Path file;

  RulesState(Path file) {
    this.file = file;
  }

  /// The rules that stand in the file; none when there is no file. A line that is no rule is passed
  /// over: at worst a rule of ours is taken for somebody else's and left alone.
  Set<AuditRuleData> read() {
    Set<AuditRuleData> rules = new LinkedHashSet<>();
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          if (line.isBlank()) {
            continue;
          }
          try {
            rules.add(AuditRuleData.parse(HexFormat.of().parseHex(line.strip())));
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
  void append(AuditRuleData rule) {
    try {
      if (!Files.exists(file)) {
        StateFile.write(file, List.of());
      }
      Files.writeString(
          file, "\n" + HexFormat.of().formatHex(rule.wire()) + "\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /// Writes the file anew, whole or not at all.
  void write(Set<AuditRuleData> rules) {
    List<String> lines = rules.stream().map(rule -> HexFormat.of().formatHex(rule.wire())).toList();
    try {
      StateFile.write(file, lines);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private UncheckedIOException cannotWrite(IOException e) {
    return new UncheckedIOException(
        "cannot write " + file + ": " + e.getMessage() + " (which rules are ours would be lost)",
        e);
  }
}
