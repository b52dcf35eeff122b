package io.coreaudit.format;

import io.coreaudit.interpret.SyscallNames;
import io.coreaudit.interpret.UringNames;
import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NumberedNames;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// What each system call does, in the words of ECS.
///
/// A call that the table does not name has its own name as the action, and is a process's doing:
/// category `process`, type `info`.
final class SyscallActions {
  /// action | categories | types | calls
  static final String TABLE =
      """
      opened-file | file | access | open openat openat2 open_by_handle_at creat open_tree open_tree_attr
      read-file | file | access | read readv pread64 preadv preadv2 sendfile sendfile64 copy_file_range splice
      wrote-file | file | change | write writev pwrite64 pwritev pwritev2
      checked-file | file | info | access faccessat faccessat2 stat lstat fstat stat64 lstat64 fstat64 fstatat64 newfstatat statx readlink readlinkat name_to_handle_at file_getattr
      listed-directory | file | access | getdents getdents64
      read-file-attributes | file | info | getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat
      deleted-file | file | deletion | unlink unlinkat
      deleted-directory | file | deletion | rmdir
      renamed-file | file | change | rename renameat renameat2
      created-directory | file | creation | mkdir mkdirat
      created-node | file | creation | mknod mknodat
      linked-file | file | creation | link linkat
      symlinked-file | file | creation | symlink symlinkat
      truncated-file | file | change | truncate ftruncate truncate64 ftruncate64 fallocate
      changed-file-permissions | file | change | chmod fchmod fchmodat fchmodat2
      changed-file-ownership | file | change | chown fchown lchown fchownat chown32 fchown32 lchown32
      changed-file-times | file | change | utime utimes utimensat futimesat utimensat_time64
      changed-file-attributes | file | change | setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr
      mapped-memory | process | info | mmap mmap2 mprotect pkey_mprotect
      executed | process | start | execve execveat
      started-process | process | start | fork vfork clone clone3
      ended-process | process | end | exit exit_group
      sent-signal | process | change | kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal
      traced-process | process | access | ptrace process_vm_readv pidfd_getfd
      wrote-process-memory | process | change | process_vm_writev
      changed-process-identity | process | change | setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups setuid32 setgid32 setreuid32 setregid32 setresuid32 setresgid32 setfsuid32 setfsgid32 setgroups32
      changed-process-capabilities | process | change | capset
      changed-process-settings | process | change | prctl personality setrlimit prlimit64 seccomp setpriority sched_setscheduler sched_setparam sched_setattr sched_setaffinity
      entered-namespace | process | change | setns unshare
      changed-root | process | change | chroot pivot_root
      changed-directory | process | change | chdir fchdir
      connected-to | network | connection start | connect
      bound-socket | network | start | bind
      listened-on-socket | network | start | listen
      accepted-connection | network | connection start | accept accept4
      created-socket | network | info | socket socketpair
      used-socket | network | info | socketcall shutdown getsockname getpeername getsockopt
      sent-to | network | connection | sendto sendmsg sendmmsg
      received-from | network | connection | recvfrom recvmsg recvmmsg
      changed-socket-settings | network | info | setsockopt
      mounted-filesystem | host | change | mount move_mount fsmount fsopen fsconfig fspick mount_setattr
      unmounted-filesystem | host | change | umount umount2
      changed-swap | host | change | swapon swapoff
      loaded-kernel-module | driver | start | init_module finit_module
      unloaded-kernel-module | driver | end | delete_module
      loaded-kernel | host | change | kexec_load kexec_file_load
      rebooted-system | host | change | reboot
      changed-system-time | host | change | settimeofday adjtimex clock_settime clock_adjtime stime clock_settime64 clock_adjtime64
      changed-system-name | host | change | sethostname setdomainname
      used-bpf | host | change | bpf
      opened-performance-counter | host | access | perf_event_open
      changed-key | host | change | add_key request_key keyctl
      changed-accounting | host | change | acct quotactl quotactl_fd
      read-kernel-log | host | access | syslog
      used-io-uring | host | access | io_uring_setup io_uring_enter io_uring_register
      watched-files | file | access | fanotify_init fanotify_mark inotify_init inotify_init1 inotify_add_watch
      used-userfaultfd | process | change | userfaultfd
      """;

  /// Operations of io_uring that are called otherwise than the system call.
  private static final String URING_CALLS =
      """
      read read_fixed read_multishot
      readv readv_fixed
      write write_fixed
      writev writev_fixed
      sendto send send_zc sendmsg_zc
      recvfrom recv recv_zc
      setxattr fsetxattr
      """;

  /// The calls that socketcall stands for, by its first argument.
  private static final String SOCKET_CALLS =
      "socketcall socket bind connect listen accept getsockname getpeername socketpair sendto"
          + " recvfrom sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4"
          + " recvmmsg sendmmsg";

  /// The calls that ipc stands for, by the lower half of its first argument (linux/ipc.h).
  private static final String IPC_CALLS =
      "ipc semop semget semctl semtimedop ipc ipc ipc ipc ipc ipc msgsnd msgrcv msgget msgctl ipc"
          + " ipc ipc ipc ipc ipc shmat shmdt shmget shmctl";

  /// argument, calls: the directory that the file's name is relative to.
  private static final String DIRECTORY_ARGUMENTS =
      """
      0 openat openat2 unlinkat mkdirat mknodat fchownat fchmodat fchmodat2 faccessat faccessat2 newfstatat fstatat64 statx utimensat utimensat_time64 futimesat readlinkat name_to_handle_at execveat open_tree open_tree_attr setxattrat getxattrat listxattrat removexattrat file_getattr file_setattr mount_setattr fspick
      1 symlinkat
      2 renameat renameat2 linkat move_mount
      """;

  private static final Map<String, EventAction> BY_CALL = byCall();
  private static final EventAction[] X86_64 = table(KernelNames.X86_64);
  private static final EventAction[] URING = table(UringNames.table());
  private static final EventAction SOCKETCALL = BY_CALL.get("socketcall");
  private static final EventAction[] IPC = new EventAction[IPC_CALLS.split(" ").length];
  private static final EventAction[] SOCKET = new EventAction[SOCKET_CALLS.split(" ").length];

  static {
    for (int i = 0; i < SOCKET.length; i++) {
      SOCKET[i] = BY_CALL.get(SOCKET_CALLS.split(" ")[i]);
    }
    for (int i = 0; i < IPC.length; i++) {
      IPC[i] = new EventAction(IPC_CALLS.split(" ")[i], "process", "info");
    }
  }

  // A class each: most hosts run one or two.

  private static final class X86 {
    static final EventAction[] TABLE = table(KernelNames.I386);
  }

  private static final class Arm64 {
    static final EventAction[] TABLE = table(KernelNames.AARCH64);
  }

  private static final class Arm32 {
    static final EventAction[] TABLE = table(KernelNames.ARM);
  }

  private static final class Power {
    static final EventAction[] TABLE = table(KernelNames.PPC64LE);
  }

  private static final class Z64 {
    static final EventAction[] TABLE = table(KernelNames.S390X);
  }

  private static final class Z31 {
    static final EventAction[] TABLE = table(KernelNames.S390);
  }

  private static final class RiscV {
    static final EventAction[] TABLE = table(KernelNames.RISCV64);
  }

  private SyscallActions() {}

  /// The action of a system call, or null when the call itself is unknown.
  ///
  /// @param first its first argument, `a0=`, which socketcall and ipc need
  static EventAction of(int arch, long number, long first) {
    EventAction action =
        switch (arch) {
          case KernelNames.X86_64 -> at(X86_64, number);
          case KernelNames.I386 -> at(X86.TABLE, number);
          case KernelNames.AARCH64 -> at(Arm64.TABLE, number);
          case KernelNames.ARM -> at(Arm32.TABLE, number);
          case KernelNames.PPC64LE, KernelNames.PPC64, KernelNames.PPC -> at(Power.TABLE, number);
          case KernelNames.S390X -> at(Z64.TABLE, number);
          case KernelNames.S390 -> at(Z31.TABLE, number);
          case KernelNames.RISCV64 -> at(RiscV.TABLE, number);
          default -> null;
        };
    if (action == SOCKETCALL && first > 0 && first < SOCKET.length) {
      return SOCKET[(int) first];
    }
    if (action != null && action.isIpc) {
      int operation = (int) first & 0xffff; // above it the version
      return operation < IPC.length ? IPC[operation] : action;
    }
    return action;
  }

  /// The action of an operation of io_uring, or null when it is unknown.
  static EventAction ofUring(long operation) {
    return at(URING, operation);
  }

  private static EventAction at(EventAction[] table, long number) {
    return number >= 0 && number < table.length ? table[(int) number] : null;
  }

  private static EventAction[] table(int arch) {
    return table(SyscallNames.of(arch));
  }

  private static EventAction[] table(NumberedNames names) {
    EventAction[] table = new EventAction[names.limit()];
    for (int number = 0; number < table.length; number++) {
      byte[] name = names.name(number);
      if (name != null) {
        String call = new String(name, StandardCharsets.US_ASCII);
        EventAction known = BY_CALL.get(call);
        table[number] = known != null ? known : new EventAction(call, "process", "info");
      }
    }
    return table;
  }

  private static Map<String, EventAction> byCall() {
    Map<String, Integer> directoryArguments = new HashMap<>();
    for (String line : DIRECTORY_ARGUMENTS.lines().toList()) {
      String[] words = line.split(" ");
      for (int i = 1; i < words.length; i++) {
        directoryArguments.put(words[i], Integer.valueOf(words[0]));
      }
    }
    Map<String, EventAction> actions = new LinkedHashMap<>();
    for (String line : TABLE.lines().toList()) {
      String[] columns = line.split(" \\| ");
      for (String call : columns[3].split(" ")) {
        boolean first =
            call.startsWith("execve") || call.equals("mount") || columns[0].equals("executed");
        int directory = directoryArguments.getOrDefault(call, EventAction.NONE);
        int flags =
            switch (call) {
              case "open" -> 1;
              case "openat", "open_by_handle_at" -> 2;
              case "openat2" -> EventAction.IN_RECORD;
              case "creat" -> EventAction.ALWAYS_CREATES;
              default -> EventAction.NONE;
            };
        actions.put(
            call, new EventAction(columns[0], columns[1], columns[2], directory, flags, first));
      }
    }
    for (String line : URING_CALLS.lines().toList()) {
      String[] words = line.split(" ");
      for (int i = 1; i < words.length; i++) {
        actions.putIfAbsent(words[i], actions.get(words[0]));
      }
    }
    return actions;
  }
}
