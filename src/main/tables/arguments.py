#!/usr/bin/env python3
"""Makes io/coreaudit/table/ArgumentTables.java: names of flags, commands, options and the like.

The names are found in the kernel's headers (Debian's linux-libc-dev; address families and socket levels, which it
leaves to the C library, in libc6-dev's bits/socket.h) and their numbers worked out by the C compiler. Protocols are
those of /etc/protocols (package netbase), the words for errors those of the C library.

Which of them are here, and under which name, follows libauparse 4.2, so that both say the same of a log: OMIT has
what it does not know, NEWER what is younger than the installed headers, RENAMED what it calls otherwise. Flags have
the numbers of x86 on every architecture, as there.

  arguments.py            writes the class
  arguments.py --print    prints it
"""
import os
import re
import subprocess
import sys
import tempfile

from table_class import block, literal, run

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "../java/io/coreaudit/table/ArgumentTables.java")
INCLUDE = ["/usr/include", "/usr/include/x86_64-linux-gnu"]


class Table:
    """Names that a pattern finds in headers; the first group is the macro, or what is left of it the name."""

    def __init__(self, name, sentence, headers, pattern, omit="", newer=None, renamed=None, within=None, to=str):
        self.name, self.sentence, self.headers, self.pattern = name, sentence, headers.split(), pattern
        self.omit, self.newer, self.renamed = omit.split(), newer or {}, renamed or {}
        self.within, self.to = within, to

    def macros(self):
        found = []
        for header in self.headers:
            text = re.sub(r"/\*.*?\*/", "", read(header), flags=re.S)
            if self.within:
                text = re.search(self.within + r"\s*\{(.*?)\}", text, re.S).group(1)
            found += [m for m in re.findall(self.pattern, text, re.M) if m not in self.omit]
        return list(dict.fromkeys(found))


def lower(prefix):
    return lambda macro: macro[len(prefix):].lower()


MACRO = r"^#\s*define\s+(%s)\s+[^\s]"
MEMBER = r"^\s*(%s)\b"

TABLES = [
    Table("CAPABILITIES", "Capabilities.", "linux/capability.h", MACRO % r"CAP_(?!LAST_CAP)\w+", to=lower("CAP_")),
    Table("CLOCKS", "Clocks.", "linux/time.h", MACRO % r"CLOCK_\w+"),
    Table("CLONE_FLAGS", "Flags of clone, unshare and setns.", "linux/sched.h", MACRO % r"CLONE_\w+",
          omit="CLONE_PIDFD CLONE_NEWCGROUP CLONE_NEWTIME CLONE_ARGS_SIZE_VER0 CLONE_ARGS_SIZE_VER1 CLONE_ARGS_SIZE_VER2"
               " CLONE_CLEAR_SIGHAND CLONE_INTO_CGROUP", newer={0x2000000: "CLONE_STOPPED"}),
    Table("FAMILIES", "Address families.", "bits/socket.h", MACRO % r"PF_\w+",
          omit="PF_UNSPEC PF_MAX PF_IB PF_MPLS PF_UNIX PF_FILE PF_ROUTE", to=lower("PF_")),
    Table("FCNTL_COMMANDS", "Commands of fcntl.", "asm-generic/fcntl.h linux/fcntl.h", r"^#\s*define\s+(F_[A-Z]\w+)\s",
          omit="F_OWNER_TID F_OWNER_PID F_OWNER_PGRP F_RDLCK F_WRLCK F_UNLCK F_EXLCK F_SHLCK F_LINUX_SPECIFIC_BASE"
               " F_SEAL_SEAL F_SEAL_SHRINK F_SEAL_GROW F_SEAL_WRITE F_SEAL_FUTURE_WRITE F_SEAL_EXEC F_DUPFD_QUERY"
               " F_CREATED_QUERY F_GETLK64 F_SETLK64 F_SETLKW64 F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW",
          newer={12: "F_GETLK64", 13: "F_SETLK64", 14: "F_SETLKW64"}),  # of 32-bit calls
    Table("MAP_FLAGS", "Flags of mmap.", "asm-generic/mman-common.h asm-generic/mman.h x86_64-linux-gnu/asm/mman.h",
          MACRO % r"MAP_\w+", omit="MAP_TYPE MAP_FILE MAP_HUGE_SHIFT MAP_HUGE_MASK MAP_ABOVE4G MAP_SHARED_VALIDATE",
          newer={1: "MAP_SHARED", 2: "MAP_PRIVATE"}),
    Table("PROTECTIONS", "Protections of memory.", "asm-generic/mman-common.h", MACRO % r"PROT_\w+", omit="PROT_NONE"),
    Table("MOUNT_FLAGS", "Flags of mount.", "linux/mount.h", MACRO % r"MS_\w+",
          omit="MS_NOSYMFOLLOW MS_NOREMOTELOCK MS_RMT_MASK MS_MGC_VAL MS_MGC_MSK MS_VERBOSE",
          newer={1 << 27: "MS_SNAP_STABLE", 1 << 28: "MS_NOSEC", 1 << 29: "MS_BORN"}),
    Table("OPEN_FLAGS", "Flags of open.", "asm-generic/fcntl.h", MACRO % r"(?:__)?(?:O_[A-Z]+|FASYNC)",
          omit="O_ACCMODE O_RDONLY O_LARGEFILE O_SYNC O_TMPFILE O_NDELAY O_TMPFILE_MASK", renamed={"FASYNC": "O_ASYNC"}),
    Table("RESOLVE_FLAGS", "How openat2 resolves a path.", "linux/openat2.h", MACRO % r"RESOLVE_\w+"),
    Table("PRCTL_OPTIONS", "Options of prctl.", "linux/prctl.h",
          MACRO % r"PR_(?:GET|SET|CAP|TASK|MCE|MPX|SVE|SME|PAC|SCHED)_(?!MM_|PTRACER|[A-Z_]*_(?:MASK|SHIFT)\b)\w+",
          omit="PR_MCE_KILL_CLEAR PR_MCE_KILL_SET PR_MCE_KILL_LATE PR_MCE_KILL_EARLY PR_MCE_KILL_DEFAULT"
               " PR_CAP_AMBIENT_IS_SET PR_CAP_AMBIENT_RAISE PR_CAP_AMBIENT_LOWER PR_CAP_AMBIENT_CLEAR_ALL"
               " PR_SCHED_CORE_GET PR_SCHED_CORE_CREATE PR_SCHED_CORE_SHARE_TO PR_SCHED_CORE_SHARE_FROM"
               " PR_SCHED_CORE_MAX PR_SCHED_CORE_SCOPE_THREAD PR_SCHED_CORE_SCOPE_THREAD_GROUP"
               " PR_SCHED_CORE_SCOPE_PROCESS_GROUP PR_SVE_VL_LEN_MASK PR_SVE_SET_VL_ONEXEC PR_SVE_VL_INHERIT"
               " PR_SME_SET_VL_ONEXEC PR_SME_VL_INHERIT PR_SME_VL_LEN_MASK PR_SET_VMA PR_SET_VMA_ANON_NAME"
               " PR_GET_AUXV PR_SET_MDWE_REFUSE_EXEC_GAIN PR_SET_PTRACER",
          newer={23: "PR_CAPBSET_READ", 24: "PR_CAPBSET_DROP", 40: "PR_GET_TID_ADDRESS", 65: "PR_SET_MDWE", 66: "PR_GET_MDWE", 67: "PR_SET_MEMORY_MERGE",
                 68: "PR_GET_MEMORY_MERGE", 69: "PR_RISCV_V_SET_CONTROL", 70: "PR_RISCV_V_GET_CONTROL"}),
    Table("PTRACE_REQUESTS", "Requests of ptrace.", "linux/ptrace.h x86_64-linux-gnu/asm/ptrace-abi.h",
          MACRO % r"PTRACE_[A-Z]\w+",
          omit="PTRACE_EVENT_FORK PTRACE_EVENT_VFORK PTRACE_EVENT_CLONE PTRACE_EVENT_EXEC PTRACE_EVENT_VFORK_DONE"
               " PTRACE_EVENT_EXIT PTRACE_EVENT_SECCOMP PTRACE_EVENT_STOP PTRACE_O_TRACESYSGOOD PTRACE_O_TRACEFORK"
               " PTRACE_O_TRACEVFORK PTRACE_O_TRACECLONE PTRACE_O_TRACEEXEC PTRACE_O_TRACEVFORKDONE PTRACE_O_TRACEEXIT"
               " PTRACE_O_TRACESECCOMP PTRACE_O_EXITKILL PTRACE_O_SUSPEND_SECCOMP PTRACE_O_MASK"
               " PTRACE_SYSCALL_INFO_NONE PTRACE_SYSCALL_INFO_ENTRY PTRACE_SYSCALL_INFO_EXIT"
               " PTRACE_SYSCALL_INFO_SECCOMP PTRACE_EVENTMSG_SYSCALL_ENTRY PTRACE_EVENTMSG_SYSCALL_EXIT"
               " PTRACE_PEEKSIGINFO_SHARED PTRACE_OLDSETOPTIONS",
          renamed={"PTRACE_PEEKUSR": "PTRACE_PEEKUSER", "PTRACE_POKEUSR": "PTRACE_POKEUSER"},
          newer={25: "PTRACE_GET_THREAD_AREA", 26: "PTRACE_SET_THREAD_AREA", 30: "PTRACE_ARCH_PRCTL",
                 0x4210: "PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG", 0x4211: "PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG"}),
    Table("RECEIVE_FLAGS", "Flags of send and receive.", "bits/socket.h", r"^#\s*define\s+(MSG_\w+)\s",
          omit="MSG_TRYHARD MSG_ZEROCOPY", renamed={"MSG_DONTROUTE": "MSG_DONTROUTE"},
          newer={0x20000: "MSG_SENDPAGE_NOTLAST", 0x80000000: "MSG_CMSG_COMPAT"}),
    Table("LIMITS", "Resource limits.", "asm-generic/resource.h", MACRO % r"RLIMIT_\w+"),
    Table("SCHEDULERS", "Scheduling policies.", "linux/sched.h", MACRO % r"SCHED_[A-Z]+",
          omit="SCHED_RESET_ON_FORK SCHED_FLAG_RESET_ON_FORK SCHED_ISO SCHED_EXT",
          renamed={"SCHED_NORMAL": "SCHED_OTHER"}),
    Table("SEEKS", "Where seeking begins.", "linux/fs.h", MACRO % r"SEEK_\w+", omit="SEEK_MAX"),
    Table("SIGNALS", "Signals.", "asm-generic/signal.h", MACRO % r"SIG[A-Z]\w+",
          omit="SIGIOT SIGPOLL SIGLOST SIGUNUSED SIGRTMIN SIGRTMAX SIGSTKSZ", newer={0: "SIG0"}),
    Table("SOCKET_CALLS", "System calls behind socketcall.", "linux/net.h", MACRO % r"SYS_\w+", to=lower("SYS_")),
    Table("IPC_CALLS", "System calls behind ipc.", "linux/ipc.h",
          MACRO % r"(?:SEM(?:OP|GET|CTL|TIMEDOP)|MSG(?:SND|RCV|GET|CTL)|SHM(?:AT|DT|GET|CTL)|DIPC)", to=str.lower),
    Table("SOCKET_LEVELS", "Levels of socket options that are no protocol.", "bits/socket.h", MACRO % r"SOL_[A-Z0-9]+",
          omit="SOL_X25",
          newer={0: "SOL_IP", 6: "SOL_TCP", 17: "SOL_UDP", 41: "SOL_IPV6", 58: "SOL_ICMPV6", 132: "SOL_SCTP",
                 136: "SOL_UDPLITE", 256: "SOL_IPX", 257: "SOL_AX25", 258: "SOL_ATALK", 259: "SOL_NETROM",
                 260: "SOL_ROSE", 287: "SOL_VSOCK"}),
    Table("SOCKET_OPTIONS", "Options of sockets.", "asm-generic/socket.h", MACRO % r"S(?:O|CM)_[A-Z]\w+",
          omit="SO_DEBUG_ SO_GET_FILTER SCM_TIMESTAMP SCM_TIMESTAMPNS SCM_TIMESTAMPING SCM_TXTIME SCM_WIFI_STATUS"
               " SCM_TIMESTAMP_OLD SCM_TIMESTAMP_NEW",
          renamed={"SO_RCVTIMEO_OLD": "SO_RCVTIMEO", "SO_SNDTIMEO_OLD": "SO_SNDTIMEO",
                   "SO_TIMESTAMP_OLD": "SO_TIMESTAMP", "SO_TIMESTAMPNS_OLD": "SO_TIMESTAMPNS",
                   "SO_TIMESTAMPING_OLD": "SO_TIMESTAMPING"},
          newer={75: "SO_RCVMARK", 76: "SO_PASSPIDFD", 77: "SO_PEERPIDFD",
                 116: "SO_RCVLOWAT", 117: "SO_SNDLOWAT", 118: "SO_RCVTIMEO", 119: "SO_SNDTIMEO", 120: "SO_PASSCRED",
                 121: "SO_PEERCRED"}),  # 116 and up: those of ppc, a hundred higher
    Table("IP_OPTIONS", "Options of IPv4.", "linux/in.h linux/netfilter_ipv4/ip_tables.h",
          MACRO % r"(?:IP_[A-Z]\w+|MCAST_[A-Z_]+|IPT_SO_\w+)",
          omit="IP_PMTUDISC_DONT IP_PMTUDISC_WANT IP_PMTUDISC_DO IP_PMTUDISC_PROBE IP_PMTUDISC_INTERFACE IP_PMTUDISC_OMIT"
               " IP_DEFAULT_MULTICAST_TTL IP_DEFAULT_MULTICAST_LOOP IP_RECVRETOPTS IP_RECVERR_RFC4884 MCAST_EXCLUDE"
               " MCAST_INCLUDE IPT_SO_SET_MAX IPT_SO_GET_INFO IPT_SO_GET_ENTRIES IPT_SO_GET_REVISION_MATCH IPT_SO_GET_REVISION_TARGET"
               " IPT_SO_GET_MAX IP_MSFILTER_SIZE IP_UNICAST_IF_",
          newer={51: "IP_LOCAL_PORT_RANGE", 52: "IP_PROTOCOL", 66: "IPT_SO_GET_REVISION_TARGET"}),
    Table("IPV6_OPTIONS", "Options of IPv6.", "linux/in6.h linux/in.h linux/netfilter_ipv6/ip6_tables.h",
          MACRO % r"(?:IPV6_[A-Z0-9]\w+|MCAST_[A-Z_]+|IP6T_SO_\w+)",
          omit="IPV6_FL_A_GET IPV6_FL_A_PUT IPV6_FL_A_RENEW IPV6_FL_F_CREATE IPV6_FL_F_EXCL IPV6_FL_F_REFLECT"
               " IPV6_FL_F_REMOTE IPV6_FL_S_NONE IPV6_FL_S_EXCL IPV6_FL_S_PROCESS IPV6_FL_S_USER IPV6_FL_S_ANY"
               " IPV6_FLOWINFO_FLOWLABEL IPV6_FLOWINFO_PRIORITY IPV6_PRIORITY_UNCHARACTERIZED IPV6_PRIORITY_FILLER"
               " IPV6_PRIORITY_UNATTENDED IPV6_PRIORITY_RESERVED1 IPV6_PRIORITY_BULK IPV6_PRIORITY_RESERVED2"
               " IPV6_PRIORITY_INTERACTIVE IPV6_PRIORITY_CONTROL IPV6_PRIORITY_8 IPV6_PRIORITY_9 IPV6_PRIORITY_10"
               " IPV6_PRIORITY_11 IPV6_PRIORITY_12 IPV6_PRIORITY_13 IPV6_PRIORITY_14 IPV6_PRIORITY_15"
               " IPV6_PMTUDISC_DONT IPV6_PMTUDISC_WANT IPV6_PMTUDISC_DO IPV6_PMTUDISC_PROBE IPV6_PMTUDISC_INTERFACE"
               " IPV6_PMTUDISC_OMIT IPV6_TLV_PAD1 IPV6_TLV_PADN IPV6_TLV_ROUTERALERT IPV6_TLV_CALIPSO IPV6_TLV_JUMBO"
               " IPV6_TLV_HAO IPV6_TLV_IOAM IPV6_PREFER_SRC_TMP IPV6_PREFER_SRC_PUBLIC"
               " IPV6_PREFER_SRC_PUBTMP_DEFAULT IPV6_PREFER_SRC_COA IPV6_PREFER_SRC_HOME IPV6_PREFER_SRC_CGA"
               " IPV6_PREFER_SRC_NONCGA MCAST_EXCLUDE MCAST_INCLUDE IP6T_SO_GET_INFO IP6T_SO_GET_ENTRIES"
               " IP6T_SO_SET_MAX IP6T_SO_GET_MAX IPV6_USE_MIN_MTU", newer={63: "IPV6_USE_MIN_MTU"}),
    Table("TCP_OPTIONS", "Options of TCP.", "linux/tcp.h", r"^#\s*define\s+(TCP_[A-Z]\w+)\s+\d+",
          omit="TCP_MSS_DEFAULT TCP_MSS_DESIRED TCP_REPAIR_ON TCP_REPAIR_OFF TCP_REPAIR_OFF_NO_WP"
               " TCP_RECEIVE_ZEROCOPY_FLAG_TLB_CLEAN_HINT TCP_MD5SIG_MAXKEYLEN TCP_MD5SIG_FLAG_PREFIX"
               " TCP_MD5SIG_FLAG_IFINDEX",
          newer={15: "TCP_COOKIE_TRANSACTIONS", 38: "TCP_AO_ADD_KEY", 39: "TCP_AO_DEL_KEY", 40: "TCP_AO_INFO", 41: "TCP_AO_GET_KEYS",
                 42: "TCP_AO_REPAIR"}),
    Table("PACKET_OPTIONS", "Options of packet sockets.", "linux/if_packet.h",
          r"^#\s*define\s+(PACKET_(?!FANOUT_(?!DATA)|MR_)[A-Z_]+)\s+\d+",
          omit="PACKET_HOST PACKET_BROADCAST PACKET_MULTICAST PACKET_OTHERHOST PACKET_OUTGOING PACKET_LOOPBACK"
               " PACKET_USER PACKET_KERNEL PACKET_FASTROUTE", newer={24: "PACKET_VNET_HDR_SZ"}),
    Table("UNMOUNT_FLAGS", "Flags of umount2.", "", "", newer={
        1: "MNT_FORCE", 2: "MNT_DETACH", 4: "MNT_EXPIRE", 8: "UMOUNT_NOFOLLOW", 0x80000000: "UMOUNT_UNUSED"}),
    Table("XATTR_AT_FLAGS", "Flags of setxattrat and its kind.", "linux/fcntl.h",
          MACRO % r"AT_(?:SYMLINK_NOFOLLOW|NO_AUTOMOUNT|EMPTY_PATH|RECURSIVE)"),
    Table("ACCESS_FLAGS", "Flags of faccessat2.", "linux/fcntl.h", MACRO % r"AT_(?:SYMLINK_NOFOLLOW|EACCESS|EMPTY_PATH)"),
    Table("SECCOMP_ACTIONS", "Actions of seccomp.", "linux/seccomp.h",
          MACRO % r"SECCOMP_RET_(?!KILL\b|DATA|ACTION)\w+", renamed={"user-notif": "user-notify"},
          to=lambda macro: macro[len("SECCOMP_RET_"):].lower().replace("_", "-")),
    Table("BPF_COMMANDS", "Commands of bpf.", "linux/bpf.h", MEMBER % r"BPF_\w+", within=r"enum bpf_cmd",
          omit="BPF_PROG_RUN BPF_TOKEN_CREATE"),
    Table("FSCONFIG_COMMANDS", "Commands of fsconfig.", "linux/mount.h", MEMBER % r"FSCONFIG_\w+",
          within="enum fsconfig_command", newer={8: "FSCONFIG_CMD_CREATE_EXCL"}),
    Table("EPOLL_OPERATIONS", "Operations of epoll_ctl.", "linux/eventpoll.h", MACRO % r"EPOLL_CTL_\w+"),
    Table("PERSONALITIES", "Personalities.", "linux/personality.h", MEMBER % r"PER_(?!MASK|CLEAR)\w+",
          newer={0x10: "PER_HPUX"}, omit="PER_LINUX_FDPIC"),
    Table("IOCTLS", "Requests of ioctl.", "asm-generic/ioctls.h linux/kd.h linux/cdrom.h linux/sockios.h asm-generic/sockios.h",
          MACRO % (r"(?:KD[SG]ETMODE|CDROM(?:EJECT|EJECT_SW|_GET_UPC|SEEK)|TC(?:GETS|SETS[WF]?|SBRK|FLSH)"
                   r"|TIOC(?:SCTTY|[GS]PGRP|[GS]WINSZ|INQ|NOTTY|SPTLCK|GPTN)|FIONBIO|FIO[SG]ETOWN"
                   r"|SIOC(?:GIFNAME|GIFHWADDR|GIFINDEX|BRADDIF))"), renamed={"FIONREAD": "TIOCINQ"},
          newer={0x541B: "TIOCINQ", 0x80045431: "TIOCSPTLCK", 0xC01C64A3: "DRM_IOCTL_MODE_CURSOR",
                 0xC01864B0: "DRM_IOCTL_MODE_PAGE_FLIP", 0xC01864B1: "DRM_IOCTL_MODE_DIRTYFB"}),
    Table("SOCKET_TYPES", "Types of sockets.", "bits/socket_type.h", MEMBER % r"SOCK_(?!CLOEXEC|NONBLOCK)\w+",
          within="enum __socket_type"),
    Table("NETFILTER_FAMILIES", "Protocol families of netfilter.", "linux/netfilter.h", MEMBER % r"NFPROTO_\w+",
          omit="NFPROTO_NUMPROTO", to=lower("NFPROTO_"), renamed={"unspec": "unspecified"}, within=r"enum(?=\s*\{\s*NFPROTO)"),
    # audit_skip in io_uring/opdef.c: no record ever names them, and libauparse has no name for them.
    Table("URING_UNAUDITED", "Operations of io_uring that the kernel does not audit.", "", "", newer={
        0: "nop", 1: "readv", 2: "writev", 3: "fsync", 4: "read_fixed", 5: "write_fixed", 6: "poll_add",
        7: "poll_remove", 8: "sync_file_range", 11: "timeout", 12: "timeout_remove", 14: "async_cancel",
        15: "link_timeout", 20: "files_update", 21: "statx", 22: "read", 23: "write", 24: "fadvise", 25: "madvise",
        26: "send", 27: "recv", 29: "epoll_ctl", 30: "splice", 31: "provide_buffers", 32: "remove_buffers", 33: "tee",
        45: "socket", 47: "send_zc", 49: "read_multishot", 58: "recv_zc", 59: "epoll_wait", 60: "readv_fixed",
        61: "writev_fixed", 62: "pipe", 63: "nop128"}),
    # iptables has names of its own.
    Table("ICMP_TYPES", "Types of ICMP.", "", "", newer={
        0: "echo-reply", 3: "destination-unreachable", 4: "source-quench", 5: "redirect", 8: "echo", 11: "time-exceeded",
        12: "parameter-problem", 13: "timestamp-request", 14: "timestamp-reply", 15: "info-request", 16: "info-reply",
        17: "address-mask-request", 18: "address-mask-reply"}),
    Table("HOOKS", "Hooks of netfilter.", "", "", newer={
        0: "PREROUTING", 1: "INPUT", 2: "FORWARD", 3: "OUTPUT", 4: "POSTROUTING", 5: "BROUTING"}),
    Table("ARP_HOOKS", "Hooks of netfilter for ARP.", "", "", newer={0: "INPUT", 1: "OUTPUT", 2: "FORWARD"}),
    Table("FILTER_LISTS", "Lists of audit rules.", "linux/audit.h",
          MACRO % r"AUDIT_FILTER_(?:USER|TASK|EXIT|EXCLUDE|FS|URING_EXIT)",
          to=lambda macro: {"FS": "filesystem", "URING_EXIT": "io_uring"}.get(macro[13:], macro[13:].lower())),
]
INSTEAD = {"bits/socket.h": "sys/socket.h", "bits/socket_type.h": "sys/socket.h"}


def read(header):
    for directory in INCLUDE:
        path = os.path.join(directory, header)
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as text:
                return text.read()
    sys.exit("arguments.py: no header %s: install linux-libc-dev and libc6-dev" % header)


def values(table, macros):
    """Numbers of macros and enumerators, by the C compiler."""
    if not macros:
        return {}
    headers = [INSTEAD.get(header, header.replace("x86_64-linux-gnu/", "")) for header in table.headers]
    program = "#include <stdio.h>\n" + "".join("#include <%s>\n" % header for header in headers)
    program += "int main(void) {\n"
    program += "".join('printf("%%s %%lld\\n", "%s", (long long)(%s));\n' % (m, m) for m in macros) + "return 0; }\n"
    with tempfile.TemporaryDirectory() as folder:
        source, binary = os.path.join(folder, "values.c"), os.path.join(folder, "values")
        with open(source, "w", encoding="ascii") as out:
            out.write(program)
        subprocess.run(["gcc", "-w", "-D_GNU_SOURCE", "-o", binary, source], check=True)
        lines = subprocess.run([binary], check=True, capture_output=True, text=True).stdout
    return {name: int(number) & 0xFFFFFFFF for name, number in (line.split() for line in lines.splitlines())}


def protocols():
    table = {}
    with open("/etc/protocols", encoding="ascii", errors="replace") as file:
        for line in file:
            words = line.split("#")[0].split()
            if len(words) >= 2:
                table.setdefault(int(words[1]), words[0])
    return table


def error_texts():
    texts = {number: os.strerror(number) for number in range(1, 134)}
    return ["%d %s" % (n, text) for n, text in texts.items() if not text.startswith("Unknown error")]


def java():
    parts = []
    for table in TABLES:
        macros, names = table.macros(), {}
        numbers = values(table, macros)
        for macro in macros:
            name = table.to(macro)
            names.setdefault(numbers[macro], table.renamed.get(macro, table.renamed.get(name, name)))
        parts.append(block(table.name, table.sentence, {**names, **table.newer}))
    parts.append(block("PROTOCOLS", "Internet protocols, from /etc/protocols.", protocols()))
    parts.append(literal("ERROR_TEXTS", "Errors in words, one a line.", error_texts()))
    return (
        "package io.coreaudit.table;\n\n"
        "/// Names of flags, commands, options and the like. Generated by src/main/tables/arguments.py; not\n"
        "/// to be edited.\n"
        "///\n"
        "/// Each line is a number and the names of that number and those that follow it.\n"
        "final class ArgumentTables {\n" + "\n".join(parts) + "\n  private ArgumentTables() {}\n}\n"
    )


if __name__ == "__main__":
    run(java, TARGET)
