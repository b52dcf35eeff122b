package io.coreaudit.rule;

import static io.coreaudit.rule.RuleField.AUID;
import static io.coreaudit.rule.RuleField.EGID;
import static io.coreaudit.rule.RuleField.EUID;
import static io.coreaudit.rule.RuleField.FSGID;
import static io.coreaudit.rule.RuleField.FSUID;
import static io.coreaudit.rule.RuleField.GID;
import static io.coreaudit.rule.RuleField.OBJ_GID;
import static io.coreaudit.rule.RuleField.OBJ_UID;
import static io.coreaudit.rule.RuleField.SGID;
import static io.coreaudit.rule.RuleField.SUID;
import static io.coreaudit.rule.RuleField.UID;

import io.coreaudit.kernel.AuditConstants;

/// Two ids of one event compared with each other: `-C uid!=euid`. Either may stand first.
public enum Comparison {
  /// User and the file's owner.
  UID_TO_OBJ_UID(AuditConstants.AUDIT_COMPARE_UID_TO_OBJ_UID, UID, OBJ_UID),
  /// Group and the file's group.
  GID_TO_OBJ_GID(AuditConstants.AUDIT_COMPARE_GID_TO_OBJ_GID, GID, OBJ_GID),
  /// Effective user and the file's owner.
  EUID_TO_OBJ_UID(AuditConstants.AUDIT_COMPARE_EUID_TO_OBJ_UID, EUID, OBJ_UID),
  /// Effective group and the file's group.
  EGID_TO_OBJ_GID(AuditConstants.AUDIT_COMPARE_EGID_TO_OBJ_GID, EGID, OBJ_GID),
  /// User who logged in and the file's owner.
  AUID_TO_OBJ_UID(AuditConstants.AUDIT_COMPARE_AUID_TO_OBJ_UID, AUID, OBJ_UID),
  /// Saved user and the file's owner.
  SUID_TO_OBJ_UID(AuditConstants.AUDIT_COMPARE_SUID_TO_OBJ_UID, SUID, OBJ_UID),
  /// Saved group and the file's group.
  SGID_TO_OBJ_GID(AuditConstants.AUDIT_COMPARE_SGID_TO_OBJ_GID, SGID, OBJ_GID),
  /// User for file access and the file's owner.
  FSUID_TO_OBJ_UID(AuditConstants.AUDIT_COMPARE_FSUID_TO_OBJ_UID, FSUID, OBJ_UID),
  /// Group for file access and the file's group.
  FSGID_TO_OBJ_GID(AuditConstants.AUDIT_COMPARE_FSGID_TO_OBJ_GID, FSGID, OBJ_GID),
  /// User and user who logged in.
  UID_TO_AUID(AuditConstants.AUDIT_COMPARE_UID_TO_AUID, UID, AUID),
  /// User and effective user.
  UID_TO_EUID(AuditConstants.AUDIT_COMPARE_UID_TO_EUID, UID, EUID),
  /// User and user for file access.
  UID_TO_FSUID(AuditConstants.AUDIT_COMPARE_UID_TO_FSUID, UID, FSUID),
  /// User and saved user.
  UID_TO_SUID(AuditConstants.AUDIT_COMPARE_UID_TO_SUID, UID, SUID),
  /// User who logged in and user for file access.
  AUID_TO_FSUID(AuditConstants.AUDIT_COMPARE_AUID_TO_FSUID, AUID, FSUID),
  /// User who logged in and saved user.
  AUID_TO_SUID(AuditConstants.AUDIT_COMPARE_AUID_TO_SUID, AUID, SUID),
  /// User who logged in and effective user.
  AUID_TO_EUID(AuditConstants.AUDIT_COMPARE_AUID_TO_EUID, AUID, EUID),
  /// Effective user and saved user.
  EUID_TO_SUID(AuditConstants.AUDIT_COMPARE_EUID_TO_SUID, EUID, SUID),
  /// Effective user and user for file access.
  EUID_TO_FSUID(AuditConstants.AUDIT_COMPARE_EUID_TO_FSUID, EUID, FSUID),
  /// Saved user and user for file access.
  SUID_TO_FSUID(AuditConstants.AUDIT_COMPARE_SUID_TO_FSUID, SUID, FSUID),
  /// Group and effective group.
  GID_TO_EGID(AuditConstants.AUDIT_COMPARE_GID_TO_EGID, GID, EGID),
  /// Group and group for file access.
  GID_TO_FSGID(AuditConstants.AUDIT_COMPARE_GID_TO_FSGID, GID, FSGID),
  /// Group and saved group.
  GID_TO_SGID(AuditConstants.AUDIT_COMPARE_GID_TO_SGID, GID, SGID),
  /// Effective group and group for file access.
  EGID_TO_FSGID(AuditConstants.AUDIT_COMPARE_EGID_TO_FSGID, EGID, FSGID),
  /// Effective group and saved group.
  EGID_TO_SGID(AuditConstants.AUDIT_COMPARE_EGID_TO_SGID, EGID, SGID),
  /// Saved group and group for file access.
  SGID_TO_FSGID(AuditConstants.AUDIT_COMPARE_SGID_TO_FSGID, SGID, FSGID);

  private final int number;
  private final RuleField left;
  private final RuleField right;

  Comparison(int number, RuleField left, RuleField right) {
    this.number = number;
    this.left = left;
    this.right = right;
  }

  /// The kernel's number.
  public int number() {
    return number;
  }

  /// What is written first.
  public RuleField left() {
    return left;
  }

  /// What is written second.
  public RuleField right() {
    return right;
  }

  /// The comparison of two fields in either order, or null when the kernel cannot compare them.
  static Comparison of(RuleField one, RuleField other) {
    for (Comparison comparison : values()) {
      if (comparison.left == one && comparison.right == other
          || comparison.left == other && comparison.right == one) {
        return comparison;
      }
    }
    return null;
  }

  /// The comparison of a number, or null.
  static Comparison of(int number) {
    return number >= 1 && number <= values().length ? values()[number - 1] : null;
  }
}
