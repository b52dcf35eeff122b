package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.kernel.LinuxConstants;
import java.util.ArrayList;
import java.util.List;

/// Why a kernel (6.x) answers EINVAL to a rule: what its audit_data_to_entry and audit_field_valid
/// look at.
final class KernelObjection {
  private KernelObjection() {}

  /// Whether the kernel compares a field with `=` and `!=` only.
  static boolean takesEqualityOnly(RuleField field) {
    return switch (field) {
      case SUBJ_USER,
          SUBJ_ROLE,
          SUBJ_TYPE,
          OBJ_USER,
          OBJ_ROLE,
          OBJ_TYPE,
          PATH,
          DIR,
          KEY,
          AUID_SET,
          ARCH,
          FSTYPE,
          PERM,
          FILETYPE,
          FIELD_COMPARE,
          EXE,
          INODE ->
          true;
      default -> false;
    };
  }

  private static boolean takesBitwise(RuleField field) {
    return switch (field) {
      case A0, A1, A2, A3, PERS, DEVMINOR -> true;
      default -> false;
    };
  }

  /// Checks a rule.
  ///
  /// @throws RefusedException when a kernel would refuse it
  static void check(Rule rule) throws RefusedException {
    List<RuleField> seen = new ArrayList<>();
    for (Condition condition : rule.conditions()) {
      switch (condition) {
        case Condition.Number c -> number(c);
        case Condition.Text c -> text(rule, c, seen);
        case Condition.Access c -> {
          if (rule.list() == RuleList.IO_URING) {
            throw refused("perm is not for the io_uring list");
          }
        }
        case Condition.Keys _ -> once(RuleField.KEY, seen);
        case Condition.OfArchitecture _, Condition.Compared _, Condition.Unknown _ -> {
          // nothing that the text could get wrong
        }
      }
      if (condition instanceof Condition.Number c && c.field() == RuleField.INODE) {
        place(rule, RuleField.INODE, seen);
      }
      if (rule.list() == RuleList.FILESYSTEM
          && !(condition instanceof Condition.Keys)
          && !(condition instanceof Condition.Number n && n.field() == RuleField.FSTYPE)) {
        throw refused("the filesystem list knows only fstype and key");
      }
    }
  }

  private static RefusedException refused(String why) {
    return new RefusedException(0, "the kernel refuses this: " + why);
  }

  private static void once(RuleField field, List<RuleField> seen) throws RefusedException {
    if (seen.contains(field)) {
      throw refused("a rule has one " + field.word());
    }
    seen.add(field);
  }

  /// Of path, dir and inode a rule has one.
  private static void place(Rule rule, RuleField field, List<RuleField> seen)
      throws RefusedException {
    if (rule.list() != RuleList.EXIT && rule.list() != RuleList.IO_URING) {
      throw refused(field.word() + " is for the exit and io_uring lists");
    }
    once(RuleField.PATH, seen);
  }

  private static void number(Condition.Number c) throws RefusedException {
    RuleField field = c.field();
    if (c.operator().isBitwise() && !takesBitwise(field)) {
      throw refused(field.word() + " does not go with " + c.operator().sign());
    }
    boolean unset = c.value() == AuditConstants.AUDIT_UID_UNSET;
    if (unset && field == RuleField.AUID && !c.operator().isEquality()) {
      throw refused("auid is unset, or it is not: expected = or !=");
    }
    boolean id = field.kind() == RuleField.Kind.USER || field.kind() == RuleField.Kind.GROUP;
    if (unset && id && field != RuleField.AUID) {
      throw refused(field.word() + " is never unset");
    }
    if (field == RuleField.AUID_SET && (c.value() & ~1) != 0) {
      throw refused("auid_set is 0 or 1");
    }
    if (field == RuleField.FIELD_COMPARE) {
      if (Integer.compareUnsigned(c.value(), AuditConstants.AUDIT_MAX_FIELD_COMPARE) > 0) {
        throw refused("field_compare is at most " + AuditConstants.AUDIT_MAX_FIELD_COMPARE);
      }
    }
  }

  private static void text(Rule rule, Condition.Text c, List<RuleField> seen)
      throws RefusedException {
    RuleField field = c.field();
    String text = c.text();
    if (c.operator().isBitwise()) {
      throw refused(field.word() + " does not go with " + c.operator().sign());
    }
    if (RuleResolver.bytes(text) > LinuxConstants.PATH_MAX) {
      throw refused(field.word() + " has more than " + LinuxConstants.PATH_MAX + " bytes");
    }
    switch (field) {
      case PATH, DIR -> {
        place(rule, field, seen);
        if (c.operator() != Operator.EQUAL) {
          throw refused(field.word() + " goes with = only");
        }
        absolute(field, text);
        if (field == RuleField.PATH && text.endsWith("/")) {
          throw refused("path=" + text + " ends in /");
        }
      }
      case EXE -> {
        once(field, seen);
        absolute(field, text);
        if (text.endsWith("/")) {
          throw refused("exe=" + text + " ends in /");
        }
      }
      default -> {
        // any text
      }
    }
  }

  private static void absolute(RuleField field, String text) throws RefusedException {
    if (!text.startsWith("/")) {
      throw refused(field.word() + "=" + text + " does not begin with /");
    }
  }
}
