package io.coreaudit.rule;

import io.coreaudit.rule.RuleProblem.Severity;
import io.coreaudit.rule.Statement.WrittenRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads rules files as auditctl does: what each line says, and where one is wrong.
///
/// A line that is wrong makes a problem and nothing else; the lines behind it are read all the
/// same.
public final class RuleReader {
  private static final int TAB = '\t';
  private static final int DELETE = 0x7F;

  private final String name;
  private final List<Statement> statements = new ArrayList<>();
  private final List<RuleProblem> problems = new ArrayList<>();

  private RuleReader(String name) {
    this.name = name;
  }

  /// Reads a file.
  ///
  /// @throws IOException when that fails
  public static WrittenRules read(Path file) throws IOException {
    return read(file.toString(), EscapedUtf8.decode(Files.readAllBytes(file)));
  }

  /// Reads a text.
  ///
  /// @param name what problems call it
  public static WrittenRules read(String name, String text) {
    RuleReader reader = new RuleReader(name);
    List<String> lines = List.of(text.split("\n", -1));
    for (int i = 0; i < lines.size(); ) {
      LogicalLine line = LogicalLine.read(lines, i);
      reader.line(line);
      i = line.lastLine();
    }
    return new WrittenRules(name, reader.statements, reader.problems);
  }

  private void line(LogicalLine line) {
    if (line.isEmptyOrComment()) {
      return;
    }
    try {
      if (line.unfinished()) {
        throw new RefusedException(
            Math.max(1, line.text().length()), "the file ends where a continued line should go on");
      }
      checkCharacters(line.text());
      List<Word> words = Word.split(line.text());
      List<Option> options = Option.parse(words);
      SourcePosition at = line.position(name, words.get(0).column());
      List<Statement> found = new LineStatements(line, name).of(options);
      if (found.isEmpty()) {
        List<Clause> clauses = new ArrayList<>();
        for (Option option : options) {
          clauses.add(ClauseReader.read(option));
        }
        found = List.of(new WrittenRule(at, line, clauses));
      }
      if (line.isContinued()) {
        problems.add(
            new RuleProblem(
                at, Severity.NOT_FOR_AUDITCTL, "auditctl cannot read a line that is continued"));
      }
      statements.addAll(found);
    } catch (RefusedException e) {
      problems.add(
          new RuleProblem(
              line.position(name, e.column()),
              Severity.ERROR,
              e.getMessage() + RuleHints.of(line.text())));
    }
  }

  private static void checkCharacters(String text) throws RefusedException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r' && i == text.length() - 1) {
        throw new RefusedException(
            i + 1,
            "a carriage return, which auditctl takes for part of the last word; the file needs"
                + " Unix line ends");
      }
      if (c < ' ' && c != TAB || c == DELETE) {
        throw new RefusedException(i + 1, String.format("control character 0x%02x", (int) c));
      }
    }
  }
}
