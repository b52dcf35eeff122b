package io.coreaudit.interpret;

import java.util.Set;

/// What an argument of a system call is, and which argument of which call is that.
///
/// As libauparse has it: by the call's name, on every architecture.
enum ArgumentKind {
  NUMBER,
  DIRECTORY,
  CLOCK,
  CLONE_FLAGS,
  PERSONALITY,
  PTRACE,
  PRCTL,
  PRCTL_VALUE,
  LIMIT,
  USER,
  GROUP,
  SOCKET_FAMILY,
  SOCKET_TYPE,
  SOCKET_PROTOCOL,
  SOCKET_CALL,
  SOCKET_LEVEL,
  SOCKET_OPTION,
  EXIT_STATUS,
  BPF,
  SIGNAL,
  MODE,
  MODE_SHORT,
  MODE_IF_CREATING,
  FCNTL,
  FCNTL_VALUE,
  FSCONFIG,
  FSOPEN,
  FSMOUNT,
  OPEN_FLAGS,
  ACCESS,
  ACCESS_FLAGS,
  EPOLL,
  UNMOUNT_FLAGS,
  IOCTL,
  PROTECTION,
  PROTECTION_OF_MAP,
  MAP_FLAGS,
  MOUNT_FLAGS,
  RECEIVE_FLAGS,
  SHARED_MEMORY,
  SEEK,
  SCHEDULER,
  XATTR_FLAGS;

  private static final ArgumentKind[] ALL = values();
  private static final Set<String> FIRST_DIRECTORY =
      Set.of(
          "readlinkat removexattrat mkdirat mknodat fchownat futimesat fchmodat futimensat"
              .concat(" file_getattr file_setattr unlinkat utimensat setxattrat linkat listxattrat")
              .concat(" newfstatat name_to_handle_at getxattrat")
              .split(" "));
  private static final Set<String> XATTR_AT =
      Set.of("setxattrat", "removexattrat", "listxattrat", "getxattrat");

  static ArgumentKind of(int ordinal) {
    return ALL[ordinal];
  }

  /// The kind of an argument, 0 to 3, of a call.
  static ArgumentKind of(String call, int argument) {
    return switch (argument) {
      case 0 -> first(call);
      case 1 -> second(call);
      case 2 -> third(call);
      default -> fourth(call);
    };
  }

  private static ArgumentKind first(String call) {
    if (call.startsWith("renameat")
        || call.startsWith("faccessat")
        || call.startsWith("openat")
        || FIRST_DIRECTORY.contains(call)) {
      return DIRECTORY;
    }
    if (call.startsWith("exit")) {
      return EXIT_STATUS;
    }
    return switch (call) {
      case "rt_sigaction" -> SIGNAL;
      case "clock_settime" -> CLOCK;
      case "clone", "clone2", "unshare" -> CLONE_FLAGS;
      case "personality" -> PERSONALITY;
      case "ptrace" -> PTRACE;
      case "prctl" -> PRCTL;
      case "getrlimit", "setrlimit" -> LIMIT;
      case "setuid", "setreuid", "setresuid", "setfsuid" -> USER;
      case "setgid", "setregid", "setresgid", "setfsgid" -> GROUP;
      case "socket" -> SOCKET_FAMILY;
      case "socketcall" -> SOCKET_CALL;
      case "bpf" -> BPF;
      default -> NUMBER;
    };
  }

  private static ArgumentKind second(String call) {
    if (call.startsWith("fcntl")) {
      return FCNTL;
    }
    if (call.startsWith("fscon")) {
      return FSCONFIG;
    }
    if (call.startsWith("c") && call.contains("chown")) {
      return USER;
    }
    return switch (call) {
      case "fchmod", "chmod", "creat", "mkdir" -> MODE_SHORT;
      case "fsopen" -> FSOPEN;
      case "fsmount" -> FSMOUNT;
      case "getsockopt", "setsockopt" -> SOCKET_LEVEL;
      case "setreuid", "setresuid" -> USER;
      case "setregid", "setresgid" -> GROUP;
      case "socket" -> SOCKET_TYPE;
      case "setns" -> CLONE_FLAGS;
      case "sched_setscheduler" -> SCHEDULER;
      case "mknod" -> MODE;
      case "mq_open", "open" -> OPEN_FLAGS;
      case "access" -> ACCESS;
      case "epoll_ctl" -> EPOLL;
      case "kill", "tkill" -> SIGNAL;
      case "prctl" -> PRCTL_VALUE;
      case "umount2" -> UNMOUNT_FLAGS;
      case "ioctl" -> IOCTL;
      default -> NUMBER;
    };
  }

  private static ArgumentKind third(String call) {
    if (call.startsWith("fcntl")) {
      return FCNTL_VALUE;
    }
    if (call.startsWith("faccessat")) {
      return ACCESS;
    }
    if (call.startsWith("renameat")) {
      return DIRECTORY;
    }
    if (call.contains("chown") && "ofsmrl".indexOf(call.charAt(0)) < 0) {
      return GROUP;
    }
    if (XATTR_AT.contains(call)) {
      return XATTR_FLAGS;
    }
    return switch (call) {
      case "getsockopt", "setsockopt" -> SOCKET_OPTION;
      case "openat", "open_by_handle_at" -> OPEN_FLAGS;
      case "open", "mq_open" -> MODE_IF_CREATING;
      case "fchmodat", "mkdirat", "mknodat" -> MODE_SHORT;
      case "fsmount" -> MOUNT_FLAGS;
      case "setresuid" -> USER;
      case "setresgid" -> GROUP;
      case "socket" -> SOCKET_PROTOCOL;
      case "sendmsg", "recvmsg" -> RECEIVE_FLAGS;
      case "shmget" -> SHARED_MEMORY;
      case "mmap" -> PROTECTION_OF_MAP;
      case "mprotect" -> PROTECTION;
      case "move_mount", "readlinkat", "linkat" -> DIRECTORY;
      case "lseek" -> SEEK;
      case "tgkill" -> SIGNAL;
      default -> NUMBER;
    };
  }

  private static ArgumentKind fourth(String call) {
    return switch (call) {
      case "mmap" -> MAP_FLAGS;
      case "mount" -> MOUNT_FLAGS;
      case "recv", "recvfrom", "recvmmsg", "send", "sendto", "sendmmsg" -> RECEIVE_FLAGS;
      case "faccessat", "faccessat2" -> ACCESS_FLAGS;
      case "open_tree_attr" -> XATTR_FLAGS;
      default -> NUMBER;
    };
  }
}
