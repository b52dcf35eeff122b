package io.coreaudit.backfill;

import io.coreaudit.intake.BootId;
import java.nio.file.Path;

/// Where to look, and how fast.
///
/// @param log auditd's log, as this process reaches it
/// @param auditd what auditd says of it
/// @param host the kernel's name for this host
/// @param spool the spool's directory
/// @param boot the boot that runs
/// @param bootMs when it began, milliseconds of the epoch
/// @param listensSinceMs what came live has no older stamp, but for what blocked
/// @param perSecond most events a second; 0: no bound
public record BackfillSettings(
    Path log,
    AuditdConfig auditd,
    String host,
    Path spool,
    BootId boot,
    long bootMs,
    long listensSinceMs,
    int perSecond) {}
