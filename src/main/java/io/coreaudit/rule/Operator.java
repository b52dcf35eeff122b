package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;

/// How a field is compared. Longer signs stand before those that begin them.
public enum Operator {
  /// Differs.
  NOT_EQUAL("!=", AuditConstants.AUDIT_NOT_EQUAL),

  /// At least.
  GREATER_THAN_OR_EQUAL(">=", AuditConstants.AUDIT_GREATER_THAN_OR_EQUAL),

  /// At most.
  LESS_THAN_OR_EQUAL("<=", AuditConstants.AUDIT_LESS_THAN_OR_EQUAL),

  /// Has all bits of the value.
  BIT_TEST("&=", AuditConstants.AUDIT_BIT_TEST),

  /// Is the same.
  EQUAL("=", AuditConstants.AUDIT_EQUAL),

  /// Above.
  GREATER_THAN(">", AuditConstants.AUDIT_GREATER_THAN),

  /// Below.
  LESS_THAN("<", AuditConstants.AUDIT_LESS_THAN),

  /// Has any bit of the value.
  BIT_MASK("&", AuditConstants.AUDIT_BIT_MASK);

  private final String sign;
  private final int flags;

  Operator(String sign, int flags) {
    this.sign = sign;
    this.flags = flags;
  }

  /// As it is written.
  public String sign() {
    return sign;
  }

  /// The kernel's bits.
  public int flags() {
    return flags;
  }

  /// Whether it is `=` or `!=`.
  boolean isEquality() {
    return this == EQUAL || this == NOT_EQUAL;
  }

  /// Whether it looks at bits.
  boolean isBitwise() {
    return this == BIT_TEST || this == BIT_MASK;
  }

  /// The operator of the kernel's bits, or null.
  static Operator of(int flags) {
    for (Operator operator : values()) {
      if (operator.flags == flags) {
        return operator;
      }
    }
    return null;
  }

  /// The operator that begins at a place, the longest that fits, or null.
  static Operator at(String text, int from) {
    for (Operator operator : values()) {
      if (text.startsWith(operator.sign, from)) {
        return operator;
      }
    }
    return null;
  }

  /// Where libaudit would split the text: at the first two-character operator of `!=` `>=` `<=`
  /// `&=` that it holds anywhere, else at the first of `=` `>` `<` `&`; -1 for none.
  static int libauditSplit(String text) {
    for (Operator operator : values()) {
      int at = text.indexOf(operator.sign);
      if (at >= 0) {
        return at;
      }
    }
    return -1;
  }
}
