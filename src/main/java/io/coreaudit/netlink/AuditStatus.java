package io.coreaudit.netlink;

import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_ENABLED;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_FAILURE;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_FEATURE_BITMAP;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_LOST;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_MASK;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_PID;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_RATE_LIMIT;

import java.nio.ByteBuffer;

/// What the kernel's audit says about itself. A value that this kernel does not tell is -1: older
/// ones have a shorter `struct audit_status`; what newer ones add is left out.
///
/// @param mask which values count in a request; of an answer without meaning
/// @param enabled 0 off, 1 on, 2 on and locked until the next boot
/// @param failure what the kernel does when it must lose a record: 0 nothing, 1 print, 2 panic
/// @param pid the registered audit daemon's process; 0 for none
/// @param rateLimit the most records a second; 0 for no limit
/// @param backlogLimit the most records that may wait for the audit daemon
/// @param lost records lost since boot or the last reset; not those lost to multicast readers
/// @param backlog records that wait now
/// @param featureBitmap what this kernel can: AUDIT_FEATURE_BITMAP_…
/// @param backlogWaitTime how long a process waits for room in the backlog, in ticks of the kernel
/// @param backlogWaitTimeActual how long processes have waited in sum, in ticks of the kernel
public record AuditStatus(
    int mask,
    int enabled,
    int failure,
    int pid,
    long rateLimit,
    long backlogLimit,
    long lost,
    long backlog,
    long featureBitmap,
    long backlogWaitTime,
    long backlogWaitTimeActual) {
  private static final int WORD_BYTES = 4;

  /// Reads `struct audit_status` of any length, little-endian.
  static AuditStatus parse(ByteBuffer in) {
    return new AuditStatus(
        (int) word(in, OFFSETOF_AUDIT_STATUS_MASK),
        (int) word(in, OFFSETOF_AUDIT_STATUS_ENABLED),
        (int) word(in, OFFSETOF_AUDIT_STATUS_FAILURE),
        (int) word(in, OFFSETOF_AUDIT_STATUS_PID),
        word(in, OFFSETOF_AUDIT_STATUS_RATE_LIMIT),
        word(in, OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT),
        word(in, OFFSETOF_AUDIT_STATUS_LOST),
        word(in, OFFSETOF_AUDIT_STATUS_BACKLOG),
        word(in, OFFSETOF_AUDIT_STATUS_FEATURE_BITMAP),
        word(in, OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME),
        word(in, OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL));
  }

  private static long word(ByteBuffer in, int offset) {
    return offset + WORD_BYTES <= in.capacity() ? in.getInt(offset) & 0xFFFFFFFFL : -1;
  }

  /// Whether rules and settings cannot be changed until the next boot.
  public boolean locked() {
    return enabled == 2;
  }
}
