package io.coreaudit.rule;

import java.util.List;

/// A rules file as it is understood on a host.
///
/// @param name the file, as the user named it
/// @param statements in their order, those that are wrong left out
/// @param problems in the order of their lines
public record CompiledRules(String name, List<Statement> statements, List<RuleProblem> problems) {
  /// Copies the lists.
  public CompiledRules {
    statements = List.copyOf(statements);
    problems = List.copyOf(problems);
  }

  /// A line of the file.
  public sealed interface Statement {}

  /// A rule to be loaded or taken away.
  ///
  /// @param at where it stands
  /// @param text its line
  /// @param verb what is to be done with it
  /// @param rule what it says
  /// @param data what goes to the kernel
  public record Compiled(
      SourcePosition at, String text, RuleVerb verb, Rule rule, AuditRuleData data)
      implements Statement {}

  /// Anything else: it means the same on every host.
  public record Other(io.coreaudit.rule.Statement.Control control) implements Statement {}

  /// The rules alone, those to be taken away among them.
  public List<Compiled> rules() {
    return statements.stream()
        .filter(Compiled.class::isInstance)
        .map(Compiled.class::cast)
        .toList();
  }

  /// Whether any line is wrong.
  public boolean hasErrors() {
    return problems.stream().anyMatch(problem -> problem.severity() == RuleProblem.Severity.ERROR);
  }
}
