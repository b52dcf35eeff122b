package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;

/// A list of the kernel's, with the moment at which it is gone through.
public enum RuleList {
  /// What user space sends.
  USER(AuditConstants.AUDIT_FILTER_USER, "user"),

  /// A task is made.
  TASK(AuditConstants.AUDIT_FILTER_TASK, "task"),

  /// A system call ends.
  EXIT(AuditConstants.AUDIT_FILTER_EXIT, "exit"),

  /// A record is about to be made.
  EXCLUDE(AuditConstants.AUDIT_FILTER_EXCLUDE, "exclude"),

  /// A file system is entered.
  FILESYSTEM(AuditConstants.AUDIT_FILTER_FS, "filesystem"),

  /// An operation of io_uring ends.
  IO_URING(AuditConstants.AUDIT_FILTER_URING_EXIT, "io_uring");

  private final int number;
  private final String word;

  RuleList(int number, String word) {
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

  /// Whether the kernel looks which system call or operation it is.
  public boolean hasSyscalls() {
    return this == EXIT || this == IO_URING;
  }

  /// The list of a word, or null.
  static RuleList of(String word) {
    for (RuleList list : values()) {
      if (list.word.equals(word)) {
        return list;
      }
    }
    return null;
  }

  /// The list of a number, or null.
  static RuleList of(int number) {
    for (RuleList list : values()) {
      if (list.number == number) {
        return list;
      }
    }
    return null;
  }
}
