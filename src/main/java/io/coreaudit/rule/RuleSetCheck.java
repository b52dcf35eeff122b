package io.coreaudit.rule;

import io.coreaudit.rule.CompiledRules.Compiled;
import io.coreaudit.rule.CompiledRules.Other;
import io.coreaudit.rule.RuleProblem.Severity;
import io.coreaudit.rule.Statement.DeleteAll;
import io.coreaudit.rule.Statement.Enable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is wrong with rules files together, each good by itself: loaded one behind the other, a
/// rule that is there already ends auditctl's work, and behind `-e 2` nothing is taken any more.
public final class RuleSetCheck {
  private static final int LOCKED = 2;

  private final Map<AuditRuleData, SourcePosition> loaded = new HashMap<>();
  private final List<RuleProblem> problems = new ArrayList<>();
  private SourcePosition lock;
  private boolean toldOfLock;

  private RuleSetCheck() {}

  /// Checks files in the order in which they are loaded.
  public static List<RuleProblem> of(List<CompiledRules> files) {
    RuleSetCheck check = new RuleSetCheck();
    for (CompiledRules file : files) {
      file.statements().forEach(check::statement);
    }
    return check.problems;
  }

  private void statement(CompiledRules.Statement statement) {
    switch (statement) {
      case Compiled rule -> rule(rule);
      case Other other -> {
        switch (other.control()) {
          case Enable enable when enable.mode() == LOCKED -> lock = enable.at();
          case DeleteAll all when all.key().isEmpty() -> loaded.clear();
          default -> {
            // changes no rule
          }
        }
      }
    }
  }

  private void rule(Compiled rule) {
    if (lock != null && !toldOfLock) {
      problems.add(
          new RuleProblem(
              rule.at(),
              Severity.WARNING,
              "nothing behind -e 2 is loaded, which stands at " + lock));
      toldOfLock = true;
    }
    if (rule.verb() == RuleVerb.DELETE) {
      loaded.remove(rule.data());
      return;
    }
    SourcePosition first = loaded.putIfAbsent(rule.data(), rule.at());
    if (first != null) {
      problems.add(
          new RuleProblem(
              rule.at(),
              Severity.WARNING,
              "the same rule stands at " + first + ": auditctl stops at a rule that is there"));
    }
  }
}
