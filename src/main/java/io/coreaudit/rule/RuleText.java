package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/// Writes a rule for messages, in the words of auditctl: `-a always,exit -S all -F dir=/etc -F
/// perm=rwa -F key=etc`. Syscalls stand as numbers.
final class RuleText {
  private static final int SYSCALLS = AuditConstants.AUDIT_BITMASK_SIZE * Integer.SIZE;
  private static final String[] LISTS = {
    "user", "task", "entry", "watch", "exit", "exclude", "filesystem", "io_uring"
  };
  private static final String[] ACTIONS = {"never", "possible", "always"};
  private static final Map<Integer, String> NAMES = new HashMap<>();

  static {
    name(AuditConstants.AUDIT_PID, "pid");
    name(AuditConstants.AUDIT_UID, "uid");
    name(AuditConstants.AUDIT_EUID, "euid");
    name(AuditConstants.AUDIT_SUID, "suid");
    name(AuditConstants.AUDIT_FSUID, "fsuid");
    name(AuditConstants.AUDIT_GID, "gid");
    name(AuditConstants.AUDIT_EGID, "egid");
    name(AuditConstants.AUDIT_SGID, "sgid");
    name(AuditConstants.AUDIT_FSGID, "fsgid");
    name(AuditConstants.AUDIT_LOGINUID, "auid");
    name(AuditConstants.AUDIT_PERS, "pers");
    name(AuditConstants.AUDIT_ARCH, "arch");
    name(AuditConstants.AUDIT_MSGTYPE, "msgtype");
    name(AuditConstants.AUDIT_SUBJ_USER, "subj_user");
    name(AuditConstants.AUDIT_SUBJ_ROLE, "subj_role");
    name(AuditConstants.AUDIT_SUBJ_TYPE, "subj_type");
    name(AuditConstants.AUDIT_SUBJ_SEN, "subj_sen");
    name(AuditConstants.AUDIT_SUBJ_CLR, "subj_clr");
    name(AuditConstants.AUDIT_PPID, "ppid");
    name(AuditConstants.AUDIT_OBJ_USER, "obj_user");
    name(AuditConstants.AUDIT_OBJ_ROLE, "obj_role");
    name(AuditConstants.AUDIT_OBJ_TYPE, "obj_type");
    name(AuditConstants.AUDIT_OBJ_LEV_LOW, "obj_lev_low");
    name(AuditConstants.AUDIT_OBJ_LEV_HIGH, "obj_lev_high");
    name(AuditConstants.AUDIT_LOGINUID_SET, "auid_set");
    name(AuditConstants.AUDIT_SESSIONID, "sessionid");
    name(AuditConstants.AUDIT_FSTYPE, "fstype");
    name(AuditConstants.AUDIT_DEVMAJOR, "devmajor");
    name(AuditConstants.AUDIT_DEVMINOR, "devminor");
    name(AuditConstants.AUDIT_INODE, "inode");
    name(AuditConstants.AUDIT_EXIT, "exit");
    name(AuditConstants.AUDIT_SUCCESS, "success");
    name(AuditConstants.AUDIT_WATCH, "path");
    name(AuditConstants.AUDIT_PERM, "perm");
    name(AuditConstants.AUDIT_DIR, "dir");
    name(AuditConstants.AUDIT_FILETYPE, "filetype");
    name(AuditConstants.AUDIT_OBJ_UID, "obj_uid");
    name(AuditConstants.AUDIT_OBJ_GID, "obj_gid");
    name(AuditConstants.AUDIT_FIELD_COMPARE, "field_compare");
    name(AuditConstants.AUDIT_EXE, "exe");
    name(AuditConstants.AUDIT_SADDR_FAM, "saddr_fam");
    name(AuditConstants.AUDIT_ARG0, "a0");
    name(AuditConstants.AUDIT_ARG1, "a1");
    name(AuditConstants.AUDIT_ARG2, "a2");
    name(AuditConstants.AUDIT_ARG3, "a3");
    name(AuditConstants.AUDIT_FILTERKEY, "key");
  }

  private RuleText() {}

  private static void name(int field, String name) {
    NAMES.put(field, name);
  }

  /// Whether a field is compared with a text; all others are numbers.
  static boolean isText(int field) {
    return switch (field) {
      case AuditConstants.AUDIT_SUBJ_USER,
          AuditConstants.AUDIT_SUBJ_ROLE,
          AuditConstants.AUDIT_SUBJ_TYPE,
          AuditConstants.AUDIT_SUBJ_SEN,
          AuditConstants.AUDIT_SUBJ_CLR,
          AuditConstants.AUDIT_OBJ_USER,
          AuditConstants.AUDIT_OBJ_ROLE,
          AuditConstants.AUDIT_OBJ_TYPE,
          AuditConstants.AUDIT_OBJ_LEV_LOW,
          AuditConstants.AUDIT_OBJ_LEV_HIGH,
          AuditConstants.AUDIT_WATCH,
          AuditConstants.AUDIT_DIR,
          AuditConstants.AUDIT_EXE,
          AuditConstants.AUDIT_FILTERKEY ->
          true;
      default -> false;
    };
  }

  static String of(AuditRuleData rule) {
    int list = rule.flags() & ~AuditConstants.AUDIT_FILTER_PREPEND;
    StringBuilder text = new StringBuilder();
    text.append((rule.flags() & AuditConstants.AUDIT_FILTER_PREPEND) == 0 ? "-a " : "-A ")
        .append(word(ACTIONS, rule.action()))
        .append(',')
        .append(word(LISTS, list));
    List<AuditRuleData.Field> fields = rule.fields();
    // auditctl wants the architecture in front of the syscalls.
    boolean archFirst = !fields.isEmpty() && fields.get(0).number() == AuditConstants.AUDIT_ARCH;
    if (archFirst) {
      append(text, fields.get(0));
    }
    String syscalls = syscalls(rule);
    if (!syscalls.isEmpty() && hasSyscalls(list)) {
      text.append(" -S ").append(syscalls);
    }
    for (AuditRuleData.Field field : fields.subList(archFirst ? 1 : 0, fields.size())) {
      append(text, field);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, AuditRuleData.Field field) {
    text.append(" -F ")
        .append(NAMES.getOrDefault(field.number(), "f" + field.number()))
        .append(operator(field.operator()))
        .append(value(field));
  }

  /// Whether the kernel looks at the mask in this list.
  private static boolean hasSyscalls(int list) {
    return list == AuditConstants.AUDIT_FILTER_EXIT
        || list == AuditConstants.AUDIT_FILTER_ENTRY
        || list == AuditConstants.AUDIT_FILTER_URING_EXIT;
  }

  private static String word(String[] words, int number) {
    return number >= 0 && number < words.length ? words[number] : String.valueOf(number);
  }

  private static String syscalls(AuditRuleData rule) {
    StringJoiner numbers = new StringJoiner(",");
    int count = 0;
    for (int i = 0; i < SYSCALLS; i++) {
      if (rule.matches(i)) {
        numbers.add(String.valueOf(i));
        count++;
      }
    }
    // Of all bits the kernel gives back all but those of the classes.
    return count >= SYSCALLS - AuditConstants.AUDIT_SYSCALL_CLASSES ? "all" : numbers.toString();
  }

  private static String operator(int flags) {
    return switch (flags) {
      case AuditConstants.AUDIT_EQUAL -> "=";
      case AuditConstants.AUDIT_NOT_EQUAL -> "!=";
      case AuditConstants.AUDIT_LESS_THAN -> "<";
      case AuditConstants.AUDIT_LESS_THAN_OR_EQUAL -> "<=";
      case AuditConstants.AUDIT_GREATER_THAN -> ">";
      case AuditConstants.AUDIT_GREATER_THAN_OR_EQUAL -> ">=";
      case AuditConstants.AUDIT_BIT_MASK -> "&";
      case AuditConstants.AUDIT_BIT_TEST -> "&=";
      default -> "?";
    };
  }

  private static String value(AuditRuleData.Field field) {
    if (isText(field.number())) {
      return new String(field.text().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
    return switch (field.number()) {
      case AuditConstants.AUDIT_PERM -> permissions(field.value());
      case AuditConstants.AUDIT_ARCH -> architecture(field.value());
      case AuditConstants.AUDIT_EXIT -> String.valueOf(field.value());
      case AuditConstants.AUDIT_LOGINUID,
          AuditConstants.AUDIT_UID,
          AuditConstants.AUDIT_SESSIONID ->
          field.value() == AuditConstants.AUDIT_UID_UNSET
              ? "unset"
              : Integer.toUnsignedString(field.value());
      default -> Integer.toUnsignedString(field.value());
    };
  }

  private static String architecture(int value) {
    return switch (value) {
      case AuditConstants.AUDIT_ARCH_X86_64, AuditConstants.AUDIT_ARCH_AARCH64 -> "b64";
      case AuditConstants.AUDIT_ARCH_I386, AuditConstants.AUDIT_ARCH_ARM -> "b32";
      default -> "0x" + Integer.toHexString(value);
    };
  }

  /// The letters of a perm= value, in auditctl's order.
  static String permissions(int mask) {
    StringBuilder letters = new StringBuilder();
    letter(letters, mask, AuditConstants.AUDIT_PERM_READ, 'r');
    letter(letters, mask, AuditConstants.AUDIT_PERM_WRITE, 'w');
    letter(letters, mask, AuditConstants.AUDIT_PERM_EXEC, 'x');
    letter(letters, mask, AuditConstants.AUDIT_PERM_ATTR, 'a');
    return letters.toString();
  }

  private static void letter(StringBuilder letters, int mask, int bit, char letter) {
    if ((mask & bit) != 0) {
      letters.append(letter);
    }
  }
}
