package io.coreaudit.format;

/// A field of the flat formats: its key in CEF and in LEEF, and, where CEF has only a numbered one
/// for it, its label there.
enum FlatKey {
  TIME("rt", "devTime"),
  ID("externalId", "eventId"),
  SEVERITY(null, "sev"),
  CATEGORY("cat", "cat"),
  OUTCOME("outcome", "outcome"),
  DECISION("act", "decision"),
  ERROR("reason", "error"),
  NODE("dvchost", "identHostName"),
  PID("spid", "pid"),
  PARENT("cn3", "ppid", "Parent process"),
  PROCESS("sproc", "process"),
  USER_ID("suid", "uid"),
  USER_NAME("suser", "usrName"),
  LOGIN_ID("duid", "uid"),
  LOGIN_NAME("duser", "usrName"),
  TARGET_ID("duid", "accountId"),
  TARGET_NAME("duser", "accountName"),
  GROUP_ID(null, "groupId"),
  GROUP_NAME(null, "group"),
  AUDIT_USER("cs2", "auid", "Audit user"),
  SESSION("cn1", "session", "Session"),
  SERVICE("sourceServiceName", "service"),
  SOURCE("src", "src"),
  SOURCE6("c6a2", "src", "Source IPv6 Address"),
  SOURCE_PORT("spt", "srcPort"),
  SOURCE_HOST("shost", "srcHost"),
  DESTINATION("dst", "dst"),
  DESTINATION6("c6a3", "dst", "Destination IPv6 Address"),
  DESTINATION_PORT("dpt", "dstPort"),
  FILE("filePath", "resource"),
  FILE_NAME("fname", null),
  INODE("fileId", "inode"),
  MODE("filePermission", "mode"),
  CONTAINER("cs5", "container", "Container"),
  POD("cs3", "pod", "Pod"),
  NAMESPACE("cs4", "namespace", "Namespace"),
  SECRET("cs6", "secret", "Secret volume"),
  FOREIGN("flexNumber1", "foreign", "Foreign pod"),
  RULE("cs1", "policy", "Rule key"),
  CALL("flexString1", "syscall", "System call"),
  EXIT("cn2", "exit", "Exit code"),
  RECORD("flexString2", "recordType", "Record type"),
  BACKFILLED("flexNumber2", "backfilled", "Backfilled"),
  COMMAND("msg", "msg");

  /// `key=` of CEF, null where CEF says it elsewhere.
  final Piece cef;

  /// `key=` of LEEF, null where LEEF does not say it.
  final Piece leef;

  /// What follows the value in CEF, or null.
  final Piece label;

  FlatKey(String cef, String leef) {
    this(cef, leef, null);
  }

  FlatKey(String cef, String leef, String label) {
    this.cef = cef == null ? null : Piece.of(cef + "=");
    this.leef = leef == null ? null : Piece.of(leef + "=");
    this.label = label == null ? null : Piece.of(" " + cef + "Label=" + label);
  }
}
