package io.coreaudit.format;

/// The classes of OCSF 1.7 that an event may be of, and which object each must have.
enum OcsfClass {
  /// Of what no other class fits.
  BASE(0, "Base Event"),
  /// Has a `file`.
  FILE(1001, "File System Activity"),
  /// Has a `driver`.
  EXTENSION(1002, "Kernel Extension Activity"),
  /// Has a `kernel`: the call, or the record.
  KERNEL(1003, "Kernel Activity"),
  /// Has a `process`.
  MEMORY(1004, "Memory Activity"),
  /// Has a `process`.
  PROCESS(1007, "Process Activity"),
  /// Has a `log_name`.
  LOG(1008, "Event Log Activity", true, true),
  /// Has a `finding_info`.
  FINDING(2004, "Detection Finding"),
  /// Has a `user`.
  ACCOUNT(3001, "Account Change", true, false),
  /// Has a `user`, and a `service` or `dst_endpoint`.
  AUTHENTICATION(3002, "Authentication", true, false),
  /// Has a `user`, and `privileges` or a `group`.
  SESSION(3003, "Authorize Session", true, true),
  /// Has a `group`.
  GROUP(3006, "Group Management", true, false),
  /// Has a `src_endpoint` or `dst_endpoint`.
  NETWORK(4001, "Network Activity", true, true),
  /// Has an `app`.
  LIFECYCLE(6002, "Application Lifecycle");

  final int uid;
  final String caption;

  /// Whether it has a place for where something came from, `src_endpoint`.
  final boolean hasSource;

  /// Whether it has a place for where something goes, `dst_endpoint`. Of 3002 that is this host.
  final boolean hasDestination;

  OcsfClass(int uid, String caption) {
    this(uid, caption, false, false);
  }

  OcsfClass(int uid, String caption, boolean hasSource, boolean hasDestination) {
    this.uid = uid;
    this.caption = caption;
    this.hasSource = hasSource;
    this.hasDestination = hasDestination;
  }

  int category() {
    return uid / 1000;
  }
}
