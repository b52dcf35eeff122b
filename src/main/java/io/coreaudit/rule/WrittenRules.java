package io.coreaudit.rule;

import java.util.List;

/// A rules file as written.
///
/// @param name the file, as the user named it
/// @param statements of the good lines, in their order
/// @param problems of the others, and what else is to be said
public record WrittenRules(String name, List<Statement> statements, List<RuleProblem> problems) {
  /// Copies the lists.
  public WrittenRules {
    statements = List.copyOf(statements);
    problems = List.copyOf(problems);
  }
}
