/// What happened before the agent listened, from the log that auditd wrote meanwhile.
///
/// ```text
///  auditd's log ──► AuditdLog ──► LogRecord ──► Assembler (FILE) ──► frame ──► EarlierEvents ──► intake
///  (rotated set)    lines         this boot,                                       ▲
///                                 this node,          settled, first live serial ──┘
///                                 behind what the spool has, before what came live (SpooledSerials)
/// ```
///
/// Once after each start, with input from the kernel. The intake thread knows two serials: up to
/// which one everything of this boot is in the spool (`EarlierEvents.settledBefore`), and which one
/// came first live. What lies between them is looked for in the log, and is taken unless the spool
/// has it: the spool itself is the list of what must not come twice, events that came live out of
/// order included. So it is read three seconds after the first live event, when all that began
/// around it is complete, and the log is read no further than two seconds of stamps behind that.
///
/// Only lines of this boot count, by their stamps: serials begin anew with each. `DAEMON_` records
/// are auditd's own with numbers of its own, and EOE ends an event that is complete without it:
/// both never came live and are left out. A record's text is cut where auditd's names begin, so
/// that it is the kernel's again; of the processes nothing is asked, for they are gone.
///
/// Events of now go first: so many a second are handed over (`backfill.rate`), and none while the
/// spool is three quarters full. What is in the way ends it with a reason and is told with the gap
/// (`agent_down`) that stays. A stop before the end leaves `settledBefore` where it was: the next
/// start goes on from there.
///
/// One thread (`backfill`) that ends when it is done.
package io.coreaudit.backfill;
