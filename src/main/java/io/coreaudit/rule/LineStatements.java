package io.coreaudit.rule;

import io.coreaudit.rule.Statement.BacklogLimit;
import io.coreaudit.rule.Statement.BacklogWaitTime;
import io.coreaudit.rule.Statement.DeleteAll;
import io.coreaudit.rule.Statement.Enable;
import io.coreaudit.rule.Statement.FailureMode;
import io.coreaudit.rule.Statement.GoOn;
import io.coreaudit.rule.Statement.LoginuidImmutable;
import io.coreaudit.rule.Statement.MakeEquivalent;
import io.coreaudit.rule.Statement.RateLimit;
import io.coreaudit.rule.Statement.ResetBacklogWaitTimeActual;
import io.coreaudit.rule.Statement.ResetLost;
import io.coreaudit.rule.Statement.Show;
import io.coreaudit.rule.Statement.SignalDaemon;
import io.coreaudit.rule.Statement.Trim;
import io.coreaudit.rule.Statement.UserMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The statements of a line that holds no rule: settings, of which one line may hold several, or
/// one order that stands alone.
final class LineStatements {
  private static final Set<String> SETTINGS = Set.of("b", "e", "f", "r", "backlog_wait_time");
  private static final Set<String> CLAUSES =
      Set.of("a", "A", "d", "w", "W", "S", "F", "C", "k", "p");
  private static final Set<String> SIGNALS =
      Set.of("term", "stop", "hup", "reload", "usr1", "rotate", "usr2", "resume", "cont", "state");

  private final LogicalLine line;
  private final String name;

  LineStatements(LogicalLine line, String name) {
    this.line = line;
    this.name = name;
  }

  /// The statements, or none when the line is a rule.
  List<Statement> of(List<Option> options) throws RefusedException {
    Option first = options.get(0);
    if (options.stream().allMatch(option -> CLAUSES.contains(option.name()))) {
      return List.of();
    }
    List<Statement> statements = new ArrayList<>();
    if (options.stream().allMatch(option -> SETTINGS.contains(option.name()))) {
      for (Option option : options) {
        statements.add(setting(option));
      }
      return statements;
    }
    boolean keyed =
        options.size() == 2 && first.name().equals("D") && options.get(1).name().equals("k");
    for (Option option : options) {
      if (options.size() > 1
          && !keyed
          && !SETTINGS.contains(option.name())
          && !CLAUSES.contains(option.name())) {
        throw new RefusedException(option.column(), option.text() + " stands alone on its line");
      }
    }
    if (options.size() > 1 && !keyed) {
      throw new RefusedException(first.column(), "settings and rules stand on lines of their own");
    }
    statements.add(alone(first, keyed ? options.get(1).value().text() : ""));
    return statements;
  }

  private SourcePosition at(Option option) {
    return line.position(name, option.column());
  }

  private Statement setting(Option option) throws RefusedException {
    SourcePosition at = at(option);
    return switch (option.name()) {
      case "b" -> new BacklogLimit(at, number(option));
      case "r" -> new RateLimit(at, number(option));
      case "e" -> new Enable(at, upToTwo(option));
      case "f" -> new FailureMode(at, upToTwo(option));
      default -> new BacklogWaitTime(at, number(option));
    };
  }

  private static int number(Option option) throws RefusedException {
    String text = option.value().text();
    CNumber number = CNumber.unsigned(text);
    if (number == null || !number.isWhole() || !number.fits()) {
      throw new RefusedException(
          option.value().column(),
          option.text() + " " + text + ": expected a number from 0 to 4294967295");
    }
    return number.word();
  }

  private static int upToTwo(Option option) throws RefusedException {
    String text = option.value().text();
    if (text.length() != 1 || text.charAt(0) < '0' || text.charAt(0) > '2') {
      throw new RefusedException(
          option.value().column(), option.text() + " " + text + ": expected 0, 1 or 2");
    }
    return text.charAt(0) - '0';
  }

  private Statement alone(Option option, String key) throws RefusedException {
    SourcePosition at = at(option);
    return switch (option.name()) {
      case "D" -> new DeleteAll(at, key);
      case "i" -> new GoOn(at, false);
      case "c" -> new GoOn(at, true);
      case "t" -> new Trim(at);
      case "q" -> equivalent(at, option.value());
      case "m" -> new UserMessage(at, message(option.value()));
      case "l", "s", "v" -> new Show(at, option.text());
      case "loginuid-immutable" -> new LoginuidImmutable(at);
      case "reset-lost" -> new ResetLost(at);
      case "reset_backlog_wait_time_actual" -> new ResetBacklogWaitTimeActual(at);
      case "signal" -> new SignalDaemon(at, signal(option.value()));
      case "R" -> throw new RefusedException(option.column(), "-R: rules files do not nest");
      default ->
          throw new RefusedException(option.column(), option.text() + " is not for a rules file");
    };
  }

  private static Statement equivalent(SourcePosition at, Word value) throws RefusedException {
    int comma = value.text().indexOf(',');
    if (comma < 0
        || comma == value.text().length() - 1
        || value.text().indexOf(',', comma + 1) > 0) {
      throw new RefusedException(
          value.column(), "-q " + value.text() + ": expected DIRECTORY,SUBTREE");
    }
    return new MakeEquivalent(
        at, value.text().substring(0, comma), value.text().substring(comma + 1));
  }

  private static String message(Word value) throws RefusedException {
    if (!value.text().chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
      throw new RefusedException(value.column(), "-m: expected printable ASCII");
    }
    return value.text();
  }

  private static String signal(Word value) throws RefusedException {
    if (!SIGNALS.contains(value.text().toLowerCase(Locale.ROOT))) {
      throw new RefusedException(
          value.column(), "--signal " + value.text() + ": expected TERM, HUP, USR1, USR2 or CONT");
    }
    return value.text();
  }
}
