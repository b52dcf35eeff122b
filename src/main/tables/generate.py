#!/usr/bin/env python3
"""Makes io/coreaudit/table/KernelTables.java from the kernel's own headers.

Headers, of these Debian packages:
  linux-libc-dev (of an x86 machine)
    asm/unistd_64.h          x86_64
    asm/unistd_32.h          i386
    asm-generic/unistd.h     aarch64, riscv64 (and every newer 64-bit architecture)
    asm-generic/errno*.h     errors
    linux/io_uring.h         operations of io_uring
  linux-libc-dev-armhf-cross    asm/unistd-eabi.h   arm
  linux-libc-dev-ppc64el-cross  asm/unistd_64.h     ppc64le
  linux-libc-dev-s390x-cross    asm/unistd_64.h     s390x
                                asm/unistd_32.h     s390
What is newer than the installed headers stands in ADDED below: those numbers are the same on every
architecture, which the kernel holds to since 5.1.

  generate.py            writes the class
  generate.py --print    prints it; a table whose package is not there is taken from the class
Where a cross package is unpacked elsewhere (dpkg-deb -x): HEADERS=DIR generate.py
"""
import os
import re
import sys

import table_class

INCLUDE = "/usr/include"
CROSS = os.environ.get("HEADERS", "")
HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "../java/io/coreaudit/table/KernelTables.java")

ADDED = {  # number: name, release of the kernel that brought it
    451: "cachestat",  # 6.5
    452: "fchmodat2",  # 6.6
    453: "map_shadow_stack",  # 6.6
    454: "futex_wake",  # 6.7
    455: "futex_wait",
    456: "futex_requeue",
    457: "statmount",  # 6.8
    458: "listmount",
    459: "lsm_get_self_attr",
    460: "lsm_set_self_attr",
    461: "lsm_list_modules",
    462: "mseal",  # 6.10
    463: "setxattrat",  # 6.13
    464: "getxattrat",
    465: "listxattrat",
    466: "removexattrat",
    467: "open_tree_attr",  # 6.15
    468: "file_getattr",  # 6.17
    469: "file_setattr",
    470: "listns",  # 6.19
    471: "rseq_slice_yield",
}
ADDED_X86_64 = {335: "uretprobe"}  # 6.11
# Numbers that asm-generic/unistd.h leaves to each architecture; renameat is younger architectures' no more.
RISCV64 = {258: "riscv_hwprobe", 259: "riscv_flush_icache"}

ADDED_URING = {  # linux/io_uring.h, 6.2 to 6.19
    49: "read_multishot", 50: "waitid", 51: "futex_wait", 52: "futex_wake", 53: "futex_waitv",
    54: "fixed_fd_install", 55: "ftruncate", 56: "bind", 57: "listen", 58: "recv_zc", 59: "epoll_wait",
    60: "readv_fixed", 61: "writev_fixed", 62: "pipe", 63: "nop128", 64: "uring_cmd128",
}

# Where auditctl and its library (4.2) have another name for a number than the headers, or a name for one
# that the 64-bit headers lack; the ppc table of theirs serves 32 and 64 bits.
LIBAUDIT = {
    "X86_64": {17: "pread", 18: "pwrite"},
    "I386": {453: "map_shadow_stack", 283: "sys_kexec_load", 423: "sched_rr_get_interval64"},
    "AARCH64": {61: "getdents", 67: "pread", 68: "pwrite", 80: "newfstat"},
    "ARM": {
        140: "llseek", 142: "newselect", 149: "sysctl", 270: "fadvise64_64", 341: "sync_file_range",
        423: "sched_rr_get_interval64", 13: "time", 22: "umount", 25: "stime", 27: "alarm", 30: "utime",
        76: "getrlimit", 82: "select", 89: "readdir", 90: "mmap", 102: "socketcall", 113: "syscall",
        117: "ipc",
    },
    "PPC": {
        179: "pread", 180: "pwrite", 192: "mmap2", 193: "truncate64", 194: "ftruncate64", 195: "stat64",
        196: "lstat64", 197: "fstat64", 204: "fcntl64", 226: "sendfile64", 254: "fadvise64_64",
        291: "fstatat64", 306: "timerfd", 319: "perf_counter_open", 403: "clock_gettime64",
        404: "clock_settime64", 405: "clock_adjtime64", 406: "clock_getres_time64",
        407: "clock_nanosleep_time64", 408: "timer_gettime64", 409: "timer_settime64",
        410: "timerfd_gettime64", 411: "timerfd_settime64", 412: "utimensat_time64",
        413: "pselect6_time64", 414: "ppoll_time64", 416: "io_pgetevents_time64",
        417: "recvmmsg_time64", 418: "mq_timedsend_time64", 419: "mq_timedreceive_time64",
        420: "semtimedop_time64", 421: "rt_sigtimedwait_time64", 422: "futex_time64",
        423: "sched_rr_get_interval_time64",
    },
    "S390": {180: "pread", 181: "pwrite", 447: "memfd_secret"},
    "S390X": {180: "pread", 181: "pwrite", 447: "memfd_secret"},
}


def find(name):
    for directory in (INCLUDE, INCLUDE + "/x86_64-linux-gnu"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            return path
    sys.exit("generate.py: no header %s under %s: install linux-libc-dev" % (name, INCLUDE))


def read(name):
    with open(find(name), encoding="ascii", errors="replace") as header:
        return header.read()


def defined(name, text=None):
    return {
        int(number): call
        for call, number in re.findall(
            r"^#define\s+__NR_(\w+)\s+(?:\(__NR_SYSCALL_BASE \+ )?(\d+)", text or read(name), re.M)
    }


def cross(triplet, name):
    """A table of another architecture's headers; None if they are not there."""
    path = os.path.join(CROSS + "/usr", triplet, "include/asm", name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="ascii", errors="replace") as header:
        return {**ADDED, **defined(name, header.read())}


def generic():
    """asm-generic/unistd.h as a 64-bit architecture with the usual options sees it."""
    text = read("asm-generic/unistd.h")
    only_32_bit = text.index("#if defined(__SYSCALL_COMPAT) || __BITS_PER_LONG == 32")
    text = text[:only_32_bit] + text[text.index("#endif", only_32_bit):]
    table, shared = {}, {}
    for prefix, call, number in re.findall(r"^#define\s+(__NR|__NR3264)_(\w+)\s+(\d+)", text, re.M):
        (table if prefix == "__NR" else shared)[call] = int(number)
    for call, target in re.findall(r"^#define\s+__NR_(\w+)\s+__NR3264_(\w+)", text, re.M):
        if target in shared:  # the first definition is the one for 64 bits
            table[call] = shared.pop(target)
    result = {number: call for call, number in table.items() if call not in ("syscalls", "arch_specific_syscall")}
    return result


def errors():
    text = read("asm-generic/errno-base.h") + read("asm-generic/errno.h")
    table = {int(n): name for name, n in re.findall(r"^#define\s+(E\w+)\s+(\d+)", text, re.M)}
    table.update({512: "ERESTARTSYS", 513: "ERESTARTNOINTR", 514: "ERESTARTNOHAND",
                  516: "ERESTART_RESTARTBLOCK"})  # linux/errno.h, not for user space, seen in exit=
    return table


def uring():
    text = read("linux/io_uring.h")
    body = text[text.index("IORING_OP_NOP"):]
    names = re.findall(r"IORING_OP_(\w+)", body[:body.index("IORING_OP_LAST")])
    table = dict(ADDED_URING)
    table.update({number: name.lower() for number, name in enumerate(names)})
    return table


def block(name, sentence, table):
    return kept(name) if table is None else table_class.block(name, sentence, table)


def kept(name):
    if not table_class.printing():
        sys.exit("generate.py: no headers for %s: see the packages at the top" % name)
    with open(TARGET, encoding="ascii") as target:
        found = re.search(r'  /// [^\n]*\n  static final String %s =\n.*?""";\n' % name, target.read(), re.S)
    return found.group(0)


def release():
    code = int(re.search(r"LINUX_VERSION_CODE\s+(\d+)", read("linux/version.h")).group(1))
    return "%d.%d.%d" % (code >> 16, code >> 8 & 255, code & 255)


def java():
    x86_64 = {**ADDED, **ADDED_X86_64, **defined("asm/unistd_64.h")}
    i386 = {**ADDED, **defined("asm/unistd_32.h")}
    i386.pop(453, None)  # 64 bits only
    aarch64 = {**ADDED, **generic()}
    riscv64 = {**aarch64, **RISCV64}
    riscv64.pop(38)
    parts = [
        block("SYSCALLS_X86_64", "System calls of x86_64.", x86_64),
        block("SYSCALLS_I386", "System calls of i386.", i386),
        block("SYSCALLS_AARCH64", "System calls of aarch64.", aarch64),
        block("SYSCALLS_RISCV64", "System calls of riscv64.", riscv64),
        block("SYSCALLS_ARM", "System calls of arm.", cross("arm-linux-gnueabihf", "unistd-eabi.h")),
        block("SYSCALLS_PPC", "System calls of ppc64le.", cross("powerpc64le-linux-gnu", "unistd_64.h")),
        block("SYSCALLS_S390X", "System calls of s390x.", cross("s390x-linux-gnu", "unistd_64.h")),
        block("SYSCALLS_S390", "System calls of s390.", cross("s390x-linux-gnu", "unistd_32.h")),
        block("URING_OPERATIONS", "Operations of io_uring.", uring()),
        block("ERRORS", "Error numbers, those that the kernel keeps to itself included.", errors()),
    ] + [
        block("LIBAUDIT_" + arch, "What libaudit calls otherwise among the system calls of %s." % arch.lower(), table)
        for arch, table in LIBAUDIT.items()
    ]
    return (
        "package io.coreaudit.table;\n\n"
        "/// The kernel's numbers and names. Generated by src/main/tables/generate.py from the headers of\n"
        "/// Linux %s and the list of newer ones in that script; not to be edited.\n"
        "///\n"
        "/// Each line is a number and the names of that number and those that follow it.\n"
        "final class KernelTables {\n"
        "  /// Release of the headers.\n"
        '  static final String HEADERS = "%s";\n\n' % (release(), release())
        + "\n".join(parts)
        + "\n  private KernelTables() {}\n}\n"
    )


if __name__ == "__main__":
    table_class.run(java, TARGET)
