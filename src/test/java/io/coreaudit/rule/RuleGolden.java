package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A rules file of test-fixtures/rules with what auditctl made of it. README.md there tells the
/// form.
record RuleGolden(String name, TestEnvironment host, List<String> lines) {
  static final Path FIXTURES = Path.of("../test-fixtures/rules");
  private static final String MACHINE = "# machine: ";
  private static final int WORD_BYTES = 4;

  /// What auditctl made of one line.
  ///
  /// @param messages `ADD`, `DEL`, `SET`, … with the content; none when the line was refused
  /// @param listed as `auditctl -l` prints the rule; empty when there is none
  record Answer(List<String> messages, String listed) {}

  static List<String> names(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .map(name -> name.substring(0, name.length() - suffix.length()))
          .sorted()
          .toList();
    }
  }

  static RuleGolden read(String name) throws IOException {
    List<String> lines =
        Arrays.asList(
            EscapedUtf8.decode(Files.readAllBytes(FIXTURES.resolve(name + ".rules")))
                .stripTrailing()
                .split("\n"));
    Architecture machine =
        lines.stream()
            .filter(line -> line.startsWith(MACHINE))
            .map(line -> Architecture.of(line.substring(MACHINE.length())))
            .findFirst()
            .orElse(Architecture.X86_64);
    return new RuleGolden(name, TestEnvironment.of(machine), lines);
  }

  String text() {
    return String.join("\n", lines) + "\n";
  }

  private Path file() {
    return FIXTURES.resolve(name + ".golden");
  }

  /// Lines that are not empty and no comments, by their number.
  Map<Integer, String> statements() {
    Map<Integer, String> statements = new TreeMap<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank() && !lines.get(i).startsWith("#")) {
        statements.put(i + 1, lines.get(i));
      }
    }
    return statements;
  }

  /// What stands in the golden.
  Map<Integer, Answer> golden() throws IOException {
    Map<Integer, List<String>> messages = new TreeMap<>();
    Map<Integer, String> listed = new TreeMap<>();
    for (String line : EscapedUtf8.decode(Files.readAllBytes(file())).split("\n")) {
      if (line.startsWith("#")) {
        continue;
      }
      int blank = line.indexOf(' ');
      int number = Integer.parseInt(line.substring(0, blank));
      String rest = line.substring(blank + 1);
      if (rest.startsWith("LIST ")) {
        listed.put(number, rest.substring("LIST ".length()));
      } else {
        messages.computeIfAbsent(number, _ -> new ArrayList<>());
        if (!rest.equals("REFUSED")) {
          messages.get(number).add(rest);
        }
      }
    }
    Map<Integer, Answer> answers = new TreeMap<>();
    messages.forEach(
        (number, sent) -> answers.put(number, new Answer(sent, listed.getOrDefault(number, ""))));
    return answers;
  }

  /// What auditctl makes of it now.
  Map<Integer, Answer> captured(AuditctlOracle oracle) throws IOException, InterruptedException {
    Map<Integer, String> statements = statements();
    List<Integer> numbers = List.copyOf(statements.keySet());
    List<List<AuditctlOracle.Message>> captured =
        oracle.capture(List.copyOf(statements.values()), host);
    List<AuditRuleData> rules = new ArrayList<>();
    List<Integer> ruleNumbers = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      for (AuditctlOracle.Message message : captured.get(i)) {
        if (message.isRule()) {
          rules.add(AuditRuleData.parse(message.content()).atEnd());
          ruleNumbers.add(numbers.get(i));
        }
      }
    }
    List<String> listed = oracle.list(rules, host);
    Map<Integer, Answer> answers = new TreeMap<>();
    for (int i = 0; i < numbers.size(); i++) {
      int at = ruleNumbers.indexOf(numbers.get(i));
      answers.put(
          numbers.get(i),
          new Answer(
              captured.get(i).stream().map(RuleGolden::show).toList(),
              at < 0 ? "" : listed.get(at)));
    }
    return answers;
  }

  /// Writes the golden anew.
  void rewrite(AuditctlOracle oracle) throws IOException, InterruptedException {
    List<String> out = new ArrayList<>();
    String system =
        Files.readAllLines(Path.of("/etc/os-release")).stream()
            .filter(line -> line.startsWith("PRETTY_NAME="))
            .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
            .findFirst()
            .orElse("unknown");
    out.add("# What auditctl " + oracle.version() + " sends and lists, on " + system + ",");
    out.add(
        "# Linux "
            + System.getProperty("os.version")
            + "; captured by capture/audit_capture.c with machine="
            + host.architecture().word());
    captured(oracle)
        .forEach(
            (number, answer) -> {
              if (answer.messages().isEmpty()) {
                out.add(number + " REFUSED");
              }
              answer.messages().forEach(message -> out.add(number + " " + message));
              if (!answer.listed().isEmpty()) {
                out.add(number + " LIST " + answer.listed());
              }
            });
    Files.write(file(), EscapedUtf8.encode(String.join("\n", out) + "\n"));
  }

  private static String show(AuditctlOracle.Message message) {
    String type =
        switch (message.type()) {
          case AuditConstants.AUDIT_ADD_RULE -> "ADD";
          case AuditConstants.AUDIT_DEL_RULE -> "DEL";
          case AuditConstants.AUDIT_SET -> "SET";
          case AuditConstants.AUDIT_TRIM -> "TRIM";
          case AuditConstants.AUDIT_MAKE_EQUIV -> "MAKE_EQUIV";
          case AuditConstants.AUDIT_SET_FEATURE -> "SET_FEATURE";
          default -> String.valueOf(message.type());
        };
    return (type + " " + pack(message.content())).strip();
  }

  /// Words of four bytes in hex, `*n` behind one that stands n times.
  static String pack(byte[] content) {
    byte[] padded = Arrays.copyOf(content, content.length + WORD_BYTES - 1 & -WORD_BYTES);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < padded.length; ) {
      String word = HexFormat.of().formatHex(padded, i, i + WORD_BYTES);
      int count = 0;
      while (i < padded.length
          && word.equals(HexFormat.of().formatHex(padded, i, i + WORD_BYTES))) {
        count++;
        i += WORD_BYTES;
      }
      text.append(text.isEmpty() ? "" : " ").append(word);
      if (count > 1) {
        text.append('*').append(count);
      }
    }
    return text.toString();
  }
}
