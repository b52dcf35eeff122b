package io.coreaudit.interpret;

/// What kind of value a field has, and so how it is interpreted. The names are libauparse's.
public enum FieldKind {
  /// As it is.
  UNCLASSIFIED,
  /// A user.
  UID,
  /// A group.
  GID,
  /// A system call or an operation of io_uring.
  SYSCALL,
  /// An architecture.
  ARCH,
  /// What a system call gave.
  EXIT,
  /// An error number.
  ERRNO,
  /// Text, in quotes or in hexadecimal.
  ESCAPED,
  /// A path, likewise.
  ESCAPED_FILE,
  /// The key of a rule, likewise.
  ESCAPED_KEY,
  /// A command line, with NULs between its words.
  PROCTITLE,
  /// Kinds of access of a watch.
  PERM,
  /// A file's mode.
  MODE,
  /// A mode without a file's type.
  MODE_SHORT,
  /// A socket's address.
  SOCKADDR,
  /// Promiscuous or not.
  PROMISC,
  /// A capability.
  CAPABILITY,
  /// Capabilities.
  CAP_BITMAP,
  /// Done or failed.
  SUCCESS,
  /// A system call's first argument.
  A0,
  /// A system call's second argument.
  A1,
  /// A system call's third argument.
  A2,
  /// A system call's fourth argument.
  A3,
  /// A signal.
  SIGNAL,
  /// A list of rules.
  LIST,
  /// What was typed.
  TTY_DATA,
  /// A login session.
  SESSION,
  /// A family of netfilter.
  NFPROTO,
  /// A type of ICMP.
  ICMPTYPE,
  /// An internet protocol.
  PROTOCOL,
  /// An address as text.
  ADDR,
  /// A personality.
  PERSONALITY,
  /// An action of seccomp.
  SECCOMP,
  /// Flags of open.
  OFLAG,
  /// Flags of mmap.
  MMAP,
  /// A label of SELinux or another such module.
  MAC_LABEL,
  /// A hook of netfilter.
  HOOK,
  /// An action of netfilter.
  NETACTION,
  /// A protocol above Ethernet.
  MACPROTO,
  /// A request of ioctl.
  IOCTL_REQ,
  /// What fanotify answered.
  FANOTIFY,
  /// A netlink group.
  NLMCGRP,
  /// Flags of openat2.
  RESOLVE,
  /// Trusted or not.
  TRUST,
  /// What fan_info holds.
  FAN_TYPE,
  /// A rule's number.
  FAN_INFO
}
