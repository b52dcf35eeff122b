package io.coreaudit.netlink;

/// What is asked of the kernel's audit, and how messages call it.
enum Request {
  OPEN("socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT)"),
  BIND("bind of the audit socket"),
  JOIN("bind to the audit multicast group"),
  GET("AUDIT_GET"),
  SET("AUDIT_SET"),
  REGISTER("AUDIT_SET"),
  GET_FEATURE("AUDIT_GET_FEATURE"),
  LIST_RULES("AUDIT_LIST_RULES"),
  ADD_RULE("AUDIT_ADD_RULE"),
  DELETE_RULE("AUDIT_DEL_RULE"),
  MAKE_EQUIV("AUDIT_MAKE_EQUIV"),
  TRIM("AUDIT_TRIM"),
  USER_MESSAGE("AUDIT_USER message");

  private final String text;

  Request(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
