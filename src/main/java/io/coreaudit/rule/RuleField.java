package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a condition looks at, under auditctl's names.
public enum RuleField {
  /// Process.
  PID(AuditConstants.AUDIT_PID, "pid", Kind.NUMBER),
  /// User.
  UID(AuditConstants.AUDIT_UID, "uid", Kind.USER),
  /// Effective user.
  EUID(AuditConstants.AUDIT_EUID, "euid", Kind.USER),
  /// Saved user.
  SUID(AuditConstants.AUDIT_SUID, "suid", Kind.USER),
  /// User for file access.
  FSUID(AuditConstants.AUDIT_FSUID, "fsuid", Kind.USER),
  /// Group.
  GID(AuditConstants.AUDIT_GID, "gid", Kind.GROUP),
  /// Effective group.
  EGID(AuditConstants.AUDIT_EGID, "egid", Kind.GROUP),
  /// Saved group.
  SGID(AuditConstants.AUDIT_SGID, "sgid", Kind.GROUP),
  /// Group for file access.
  FSGID(AuditConstants.AUDIT_FSGID, "fsgid", Kind.GROUP),
  /// User who logged in; also written `loginuid`.
  AUID(AuditConstants.AUDIT_LOGINUID, "auid", Kind.USER),
  /// Personality.
  PERS(AuditConstants.AUDIT_PERS, "pers", Kind.NUMBER),
  /// Architecture of the system call.
  ARCH(AuditConstants.AUDIT_ARCH, "arch", Kind.ARCHITECTURE),
  /// Type of the record.
  MSGTYPE(AuditConstants.AUDIT_MSGTYPE, "msgtype", Kind.RECORD_TYPE),
  /// SELinux user of the process.
  SUBJ_USER(AuditConstants.AUDIT_SUBJ_USER, "subj_user", Kind.TEXT),
  /// SELinux role of the process.
  SUBJ_ROLE(AuditConstants.AUDIT_SUBJ_ROLE, "subj_role", Kind.TEXT),
  /// SELinux type of the process.
  SUBJ_TYPE(AuditConstants.AUDIT_SUBJ_TYPE, "subj_type", Kind.TEXT),
  /// SELinux sensitivity of the process.
  SUBJ_SEN(AuditConstants.AUDIT_SUBJ_SEN, "subj_sen", Kind.TEXT),
  /// SELinux clearance of the process.
  SUBJ_CLR(AuditConstants.AUDIT_SUBJ_CLR, "subj_clr", Kind.TEXT),
  /// Parent process.
  PPID(AuditConstants.AUDIT_PPID, "ppid", Kind.NUMBER),
  /// SELinux user of the file.
  OBJ_USER(AuditConstants.AUDIT_OBJ_USER, "obj_user", Kind.TEXT),
  /// SELinux role of the file.
  OBJ_ROLE(AuditConstants.AUDIT_OBJ_ROLE, "obj_role", Kind.TEXT),
  /// SELinux type of the file.
  OBJ_TYPE(AuditConstants.AUDIT_OBJ_TYPE, "obj_type", Kind.TEXT),
  /// SELinux low level of the file.
  OBJ_LEV_LOW(AuditConstants.AUDIT_OBJ_LEV_LOW, "obj_lev_low", Kind.TEXT),
  /// SELinux high level of the file.
  OBJ_LEV_HIGH(AuditConstants.AUDIT_OBJ_LEV_HIGH, "obj_lev_high", Kind.TEXT),
  /// Whether somebody logged in: 0 or 1. auditctl has no name for it.
  AUID_SET(AuditConstants.AUDIT_LOGINUID_SET, "auid_set", Kind.NUMBER),
  /// Login session.
  SESSIONID(AuditConstants.AUDIT_SESSIONID, "sessionid", Kind.SESSION),
  /// Major number of the file's device.
  DEVMAJOR(AuditConstants.AUDIT_DEVMAJOR, "devmajor", Kind.NUMBER),
  /// Minor number of the file's device.
  DEVMINOR(AuditConstants.AUDIT_DEVMINOR, "devminor", Kind.NUMBER),
  /// Inode of the file.
  INODE(AuditConstants.AUDIT_INODE, "inode", Kind.NUMBER),
  /// What the system call returned.
  EXIT(AuditConstants.AUDIT_EXIT, "exit", Kind.EXIT),
  /// Whether the system call succeeded.
  SUCCESS(AuditConstants.AUDIT_SUCCESS, "success", Kind.NUMBER),
  /// One file.
  PATH(AuditConstants.AUDIT_WATCH, "path", Kind.TEXT),
  /// Kinds of access.
  PERM(AuditConstants.AUDIT_PERM, "perm", Kind.PERMISSIONS),
  /// A directory and what is below it on its file system.
  DIR(AuditConstants.AUDIT_DIR, "dir", Kind.TEXT),
  /// Type of the file.
  FILETYPE(AuditConstants.AUDIT_FILETYPE, "filetype", Kind.FILE_TYPE),
  /// Type of the file system.
  FSTYPE(AuditConstants.AUDIT_FSTYPE, "fstype", Kind.FILE_SYSTEM),
  /// Owner of the file.
  OBJ_UID(AuditConstants.AUDIT_OBJ_UID, "obj_uid", Kind.USER),
  /// Group of the file.
  OBJ_GID(AuditConstants.AUDIT_OBJ_GID, "obj_gid", Kind.GROUP),
  /// A comparison of two ids by its number, which `-C` writes by their names.
  FIELD_COMPARE(AuditConstants.AUDIT_FIELD_COMPARE, "field_compare", Kind.NUMBER),
  /// First argument.
  A0(AuditConstants.AUDIT_ARG0, "a0", Kind.ARGUMENT),
  /// Second argument.
  A1(AuditConstants.AUDIT_ARG1, "a1", Kind.ARGUMENT),
  /// Third argument.
  A2(AuditConstants.AUDIT_ARG2, "a2", Kind.ARGUMENT),
  /// Fourth argument.
  A3(AuditConstants.AUDIT_ARG3, "a3", Kind.ARGUMENT),
  /// The word by which the events are found.
  KEY(AuditConstants.AUDIT_FILTERKEY, "key", Kind.TEXT),
  /// The program.
  EXE(AuditConstants.AUDIT_EXE, "exe", Kind.TEXT),
  /// Address family of a socket call.
  SADDR_FAM(AuditConstants.AUDIT_SADDR_FAM, "saddr_fam", Kind.ADDRESS_FAMILY);

  /// How a field's value is read and written.
  enum Kind {
    NUMBER,
    USER,
    GROUP,
    ARCHITECTURE,
    RECORD_TYPE,
    TEXT,
    SESSION,
    EXIT,
    PERMISSIONS,
    FILE_TYPE,
    FILE_SYSTEM,
    ARGUMENT,
    ADDRESS_FAMILY
  }

  private static final String LOGINUID = "loginuid";

  private final int number;
  private final String word;
  private final Kind kind;

  RuleField(int number, String word, Kind kind) {
    this.number = number;
    this.word = word;
    this.kind = kind;
  }

  /// The kernel's number.
  public int number() {
    return number;
  }

  /// As it is written.
  public String word() {
    return word;
  }

  /// Whether it is compared with a text; all others are numbers.
  public boolean isText() {
    return kind == Kind.TEXT;
  }

  Kind kind() {
    return kind;
  }

  /// Whether auditctl takes it in the exit list only.
  boolean isForExitOnly() {
    return switch (this) {
      case PPID,
          OBJ_USER,
          OBJ_ROLE,
          OBJ_TYPE,
          OBJ_LEV_LOW,
          OBJ_LEV_HIGH,
          DEVMAJOR,
          DEVMINOR,
          INODE,
          EXIT,
          SUCCESS,
          PATH,
          PERM,
          DIR,
          FILETYPE ->
          true;
      default -> false;
    };
  }

  /// Whether the exclude and user lists look at it.
  boolean isForExclude() {
    return switch (this) {
      case PID,
          UID,
          GID,
          AUID,
          AUID_SET,
          MSGTYPE,
          SUBJ_USER,
          SUBJ_ROLE,
          SUBJ_TYPE,
          SUBJ_SEN,
          SUBJ_CLR,
          EXE ->
          true;
      default -> false;
    };
  }

  /// The field of a name in either case, or null.
  static RuleField of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.equals(LOGINUID)) {
      return AUID;
    }
    for (RuleField field : values()) {
      if (field.word.equals(lower)) {
        return field;
      }
    }
    return null;
  }

  /// The field of a number, or null.
  static RuleField of(int number) {
    for (RuleField field : values()) {
      if (field.number == number) {
        return field;
      }
    }
    return null;
  }

  /// All names, for messages.
  static String names() {
    return Arrays.stream(values())
        .filter(field -> field != AUID_SET && field != FIELD_COMPARE)
        .map(RuleField::word)
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
