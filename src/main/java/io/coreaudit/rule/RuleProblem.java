package io.coreaudit.rule;

/// What is to be said about a place in a rules file.
///
/// @param at the place
/// @param severity how bad it is
/// @param message what was found and what was expected
public record RuleProblem(SourcePosition at, Severity severity, String message) {
  /// How bad a problem is.
  public enum Severity {
    /// The line makes no rule.
    ERROR("error"),

    /// The rule may not mean what its writer thinks.
    WARNING("warning"),

    /// The kernel takes the rule, auditctl would not: only this agent can load the file.
    NOT_FOR_AUDITCTL("note");

    private final String word;

    Severity(String word) {
      this.word = word;
    }

    /// As it stands in front of the message.
    public String word() {
      return word;
    }
  }

  /// As compilers write it: `file:line:column: error: message`.
  @Override
  public String toString() {
    return at + ": " + severity.word() + ": " + message;
  }
}
