/// Records to one event: where it begins, when it is complete, what was lost.
///
/// ```text
///  RecordRing ──record──► Assembler ──AssembledEvent──► EventHandler       (then its records are freed)
///                          │  open events: table by stamp and node, 4096 at most
///                          │  completed stamps: the last 4096 (RecentStamps)
///                          └► SerialGaps: which serials never came         (live input)
/// ```
///
/// Two records belong together when seconds, milliseconds, serial and node are equal. An event is
/// complete
///
/// - when its last record is EOE, PROCTITLE or of a type that stands alone (`EventRules`),
/// - live or as auditd's plugin: when an io_uring operation's last announced PATH came,
/// - live: 2 s after its last record came, by the monotonic clock, also on a silent stream,
/// - in a file: when a record of any event is 2 s or more younger by its stamp, as libauparse does,
/// - as auditd's plugin: by either,
/// - by force: the table of open events or the ring is full, and it is the oldest. If records of it
///   are missing, it was cut short, and that is told.
///
/// A complete event takes no more records: one that comes late starts a further event of the same
/// stamp, `repeat` 1, 2 ..., or unknown when its stamp is forgotten. An EOE that finds no open
/// event is counted and freed. One that ends its event is a record of it in a file only: from
/// netlink the kernel leaves EOE out, and what the spool keeps of an event should not depend on how
/// it came. Events are handed on as they are completed, so none waits for an older one: the
/// grouping is libauparse's, the order is not.
///
/// Bookkeeping: records in = records in events out + EOEs that are no part of one + records without
/// stamp + records too long + records of open events. Each term is a counter.
///
/// One thread (`intake`). Nothing allocates after construction, nothing throws on any input.
package io.coreaudit.event;
