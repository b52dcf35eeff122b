package io.coreaudit.netlink;

import static io.coreaudit.kernel.AuditConstants.AUDIT_EOE;
import static io.coreaudit.kernel.LinuxConstants.BPF_ABS;
import static io.coreaudit.kernel.LinuxConstants.BPF_H;
import static io.coreaudit.kernel.LinuxConstants.BPF_JEQ;
import static io.coreaudit.kernel.LinuxConstants.BPF_JMP;
import static io.coreaudit.kernel.LinuxConstants.BPF_K;
import static io.coreaudit.kernel.LinuxConstants.BPF_LD;
import static io.coreaudit.kernel.LinuxConstants.BPF_RET;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_TYPE;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCK_FILTER_CODE;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCK_FILTER_JF;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCK_FILTER_JT;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCK_FILTER_K;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCK_FPROG_FILTER;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCK_FPROG_LEN;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_SOCK_FILTER;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_SOCK_FPROG;
import static io.coreaudit.kernel.LinuxConstants.SOL_SOCKET;
import static io.coreaudit.kernel.LinuxConstants.SO_ATTACH_FILTER;
import static io.coreaudit.kernel.LinuxConstants.SO_DETACH_FILTER;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.ByteOrder;

/// Has the kernel leave end-of-event records out of an audit socket, by a program that it runs on
/// each message before it queues it (classic BPF; no privilege needed, whoever has the socket may).
///
/// ```text
/// ldh [4]          the message's type
/// jeq #AUDIT_EOE   ret #0       not queued; no drop is counted, for none is
///                  ret #-1      queued whole
/// ```
///
/// Every fifth record is one, says nothing that PROCTITLE before it has not said, and costs as much
/// of the receive buffer as any.
final class EndFilter {
  private static final int INSTRUCTIONS = 4;
  private static final int WHOLE = -1;

  private EndFilter() {}

  /// Puts the program on a socket.
  ///
  /// @return 0, or `-errno`
  static int attach(int fd) {
    try (Pages pages = Pages.allocate(SIZEOF_SOCK_FPROG + INSTRUCTIONS * SIZEOF_SOCK_FILTER)) {
      long program = pages.address();
      long instructions = program + SIZEOF_SOCK_FPROG;
      instruction(instructions, 0, BPF_LD | BPF_H | BPF_ABS, 0, 0, OFFSETOF_NLMSGHDR_NLMSG_TYPE);
      instruction(instructions, 1, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, asLoaded(AUDIT_EOE));
      instruction(instructions, 2, BPF_RET | BPF_K, 0, 0, 0);
      instruction(instructions, 3, BPF_RET | BPF_K, 0, 0, WHOLE);
      Memory.putShort(program + OFFSETOF_SOCK_FPROG_LEN, (short) INSTRUCTIONS);
      Memory.putLong(program + OFFSETOF_SOCK_FPROG_FILTER, instructions);
      return LibC.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, SIZEOF_SOCK_FPROG);
    }
  }

  /// Takes the program off a socket.
  ///
  /// @return 0, or `-errno`
  static int detach(int fd) {
    // The option has no value, but the kernel asks for one.
    try (Pages pages = Pages.allocate(Integer.BYTES)) {
      return LibC.setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, pages.address(), Integer.BYTES);
    }
  }

  /// A number of two bytes as the program loads it from the host's order: the first is the higher.
  private static int asLoaded(int number) {
    boolean swapped = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return swapped ? Short.reverseBytes((short) number) & 0xFFFF : number;
  }

  private static void instruction(
      long instructions, int place, int code, int whenTrue, int whenFalse, int operand) {
    long at = instructions + (long) place * SIZEOF_SOCK_FILTER;
    Memory.putShort(at + OFFSETOF_SOCK_FILTER_CODE, (short) code);
    Memory.putByte(at + OFFSETOF_SOCK_FILTER_JT, (byte) whenTrue);
    Memory.putByte(at + OFFSETOF_SOCK_FILTER_JF, (byte) whenFalse);
    Memory.putInt(at + OFFSETOF_SOCK_FILTER_K, operand);
  }
}
