package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;

/// What happens when a rule matches.
public enum RuleAction {
  /// No record is made; rules behind it are not looked at.
  NEVER(AuditConstants.AUDIT_NEVER, "never"),

  /// A record is made.
  ALWAYS(AuditConstants.AUDIT_ALWAYS, "always");

  private final int number;
  private final String word;

  RuleAction(int number, String word) {
    this.number = number;
    this.word = word;
  }

  /// The kernel's number.
  public int number() {
    return number;
  }

  /// As it is written.
  public String word() {
    return word;
  }

  /// The action of a word, or null.
  static RuleAction of(String word) {
    return NEVER.word.equals(word) ? NEVER : ALWAYS.word.equals(word) ? ALWAYS : null;
  }

  /// The action of a number, or null.
  static RuleAction of(int number) {
    return number == NEVER.number ? NEVER : number == ALWAYS.number ? ALWAYS : null;
  }
}
