package io.coreaudit.kernel;

import static io.coreaudit.kernel.AuditConstants.AUDIT_ADD_RULE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_DEL_RULE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_FAIL_PANIC;
import static io.coreaudit.kernel.AuditConstants.AUDIT_GET;
import static io.coreaudit.kernel.AuditConstants.AUDIT_LIST_RULES;
import static io.coreaudit.kernel.AuditConstants.AUDIT_SET;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_BACKLOG_LIMIT;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_BACKLOG_WAIT_TIME;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_ENABLED;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_FAILURE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_RATE_LIMIT;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_ENABLED;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_FAILURE;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_MASK;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_RATE_LIMIT;
import static io.coreaudit.kernel.AuditConstants.SIZEOF_AUDIT_STATUS;
import static io.coreaudit.kernel.Errno.EEXIST;
import static io.coreaudit.kernel.Errno.ENOENT;
import static io.coreaudit.kernel.LinuxConstants.AF_NETLINK;
import static io.coreaudit.kernel.LinuxConstants.NETLINK_AUDIT;
import static io.coreaudit.kernel.LinuxConstants.NLMSG_DONE;
import static io.coreaudit.kernel.LinuxConstants.NLMSG_ERROR;
import static io.coreaudit.kernel.LinuxConstants.NLM_F_ACK;
import static io.coreaudit.kernel.LinuxConstants.NLM_F_REQUEST;
import static io.coreaudit.kernel.LinuxConstants.POLLIN;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_NLMSGHDR;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_SOCKADDR_NL;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_RAW;

import io.coreaudit.memory.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The kernel's audit as a test needs it to leave no trace: what is set and loaded, and back.
///
/// Written apart from the product's own control, which the tests that use this put to the proof.
final class RawAudit implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int ANSWER_MILLIS = 5000;

  private final Pages pages = Pages.allocate(2 * BUFFER_BYTES);
  private final long answer = pages.address() + BUFFER_BYTES;
  private final Poll poll = new Poll(1);
  private final int fd;
  private int sequence;

  /// What a test may change.
  record Snapshot(
      int enabled,
      int failure,
      int rateLimit,
      int backlogLimit,
      int backlogWaitTime,
      List<ByteBuffer> rules) {}

  RawAudit() {
    fd =
        KernelException.checked(
            "socket(NETLINK_AUDIT)",
            LibC.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));
    poll.add(fd, POLLIN);
  }

  Snapshot snapshot() {
    send(AUDIT_GET, NLM_F_REQUEST, ByteBuffer.allocate(0));
    ByteBuffer status = ByteBuffer.allocate(0);
    while (status.capacity() == 0) {
      status = receive("AUDIT_GET", AUDIT_GET);
    }
    return new Snapshot(
        status.getInt(OFFSETOF_AUDIT_STATUS_ENABLED),
        status.getInt(OFFSETOF_AUDIT_STATUS_FAILURE),
        status.getInt(OFFSETOF_AUDIT_STATUS_RATE_LIMIT),
        status.getInt(OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT),
        status.getInt(OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME),
        rules());
  }

  private List<ByteBuffer> rules() {
    List<ByteBuffer> rules = new ArrayList<>();
    send(AUDIT_LIST_RULES, NLM_F_REQUEST, ByteBuffer.allocate(0));
    while (true) {
      ByteBuffer part = receive("AUDIT_LIST_RULES", AUDIT_LIST_RULES);
      if (part.capacity() == 0) {
        return rules;
      }
      rules.add(part);
    }
  }

  /// Brings rules and settings back. The kernel keeps the order of what was there only if none of
  /// it went: rules that went are put at the end of their list.
  void restore(Snapshot before) {
    Snapshot now = snapshot();
    for (ByteBuffer rule : now.rules()) {
      if (!before.rules().contains(rule)) {
        tolerate(ENOENT, request("AUDIT_DEL_RULE", AUDIT_DEL_RULE, rule), "AUDIT_DEL_RULE");
      }
    }
    for (ByteBuffer rule : before.rules()) {
      if (!now.rules().contains(rule)) {
        tolerate(EEXIST, request("AUDIT_ADD_RULE", AUDIT_ADD_RULE, rule), "AUDIT_ADD_RULE");
      }
    }
    set(AUDIT_STATUS_ENABLED, OFFSETOF_AUDIT_STATUS_ENABLED, now.enabled, before.enabled);
    if (before.failure != AUDIT_FAIL_PANIC) {
      set(AUDIT_STATUS_FAILURE, OFFSETOF_AUDIT_STATUS_FAILURE, now.failure, before.failure);
    }
    set(AUDIT_STATUS_RATE_LIMIT, OFFSETOF_AUDIT_STATUS_RATE_LIMIT, now.rateLimit, before.rateLimit);
    set(
        AUDIT_STATUS_BACKLOG_LIMIT,
        OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT,
        now.backlogLimit,
        before.backlogLimit);
    set(
        AUDIT_STATUS_BACKLOG_WAIT_TIME,
        OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME,
        now.backlogWaitTime,
        before.backlogWaitTime);
  }

  /// Loads a rule.
  void add(ByteBuffer rule) {
    KernelException.checked("AUDIT_ADD_RULE", request("AUDIT_ADD_RULE", AUDIT_ADD_RULE, rule));
  }

  /// Changes a setting.
  void set(int mask, int offset, int now, int wanted) {
    if (now != wanted) {
      ByteBuffer status =
          ByteBuffer.allocate(SIZEOF_AUDIT_STATUS)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(OFFSETOF_AUDIT_STATUS_MASK, mask)
              .putInt(offset, wanted);
      KernelException.checked("AUDIT_SET mask=" + mask, request("AUDIT_SET", AUDIT_SET, status));
    }
  }

  private static void tolerate(int errno, int result, String call) {
    if (result != -errno) {
      KernelException.checked(call, result);
    }
  }

  private int request(String call, int type, ByteBuffer payload) {
    send(type, NLM_F_REQUEST | NLM_F_ACK, payload);
    return receive(call, NLMSG_ERROR).getInt(0);
  }

  private void send(int type, int flags, ByteBuffer payload) {
    byte[] bytes = payload.array();
    long message = pages.address();
    Memory.putInt(message, SIZEOF_NLMSGHDR + bytes.length);
    Memory.putShort(message + 4, (short) type);
    Memory.putShort(message + 6, (short) flags);
    Memory.putInt(message + 8, ++sequence);
    Memory.putInt(message + 12, 0);
    Memory.copy(bytes, 0, message + SIZEOF_NLMSGHDR, bytes.length);
    long kernel = answer;
    Memory.fill(kernel, SIZEOF_SOCKADDR_NL, (byte) 0);
    Memory.putShort(kernel, (short) AF_NETLINK);
    KernelException.checked(
        "sendto(NETLINK_AUDIT)",
        LibC.sendto(fd, message, SIZEOF_NLMSGHDR + bytes.length, 0, kernel, SIZEOF_SOCKADDR_NL));
  }

  /// The content of the next answer of a type; nothing for the end of a list.
  private ByteBuffer receive(String call, int wanted) {
    while (true) {
      if (poll.await(ANSWER_MILLIS) <= 0) {
        throw new KernelException(call, Errno.ETIMEDOUT, "");
      }
      int length =
          (int) KernelException.checked(call, LibC.recvfrom(fd, answer, BUFFER_BYTES, 0, 0, 0));
      int type = Memory.shortAt(answer + 4) & 0xFFFF;
      if (Memory.intAt(answer + 8) != sequence) {
        continue;
      }
      if (type == NLMSG_DONE) {
        return ByteBuffer.allocate(0);
      }
      if (type == NLMSG_ERROR && wanted != NLMSG_ERROR) {
        KernelException.checked(call, Memory.intAt(answer + SIZEOF_NLMSGHDR));
      }
      if (type == wanted) {
        byte[] content = new byte[length - SIZEOF_NLMSGHDR];
        Memory.copy(answer + SIZEOF_NLMSGHDR, content, 0, content.length);
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
    poll.close();
    pages.close();
  }
}
