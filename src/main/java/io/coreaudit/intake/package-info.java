/// From the kernel to the spool: the one thread that does it all.
///
/// ```text
/// Input ──► RecordRing ──► Assembler ──► EventWriter ──► Spool
///   │                          │              ▲
///   └─ overruns, drops ─► LossTeller ─ gap ───┤
///                     other threads ─ OwnEvents
/// ```
///
/// `Intake.doWork` is one turn of the duty cycle: wait in poll, let records gather, move what is
/// there into the ring, assemble, write events, tell losses. It never waits for the network. With
/// input from the kernel it never waits for the disk either: an event that the spool refuses is
/// counted and told. With input from lines (a file, a pipe, auditd's plugin) it waits for the
/// spool, because there the source can wait; so the spool of such an input refuses when it is full
/// and never overruns, whatever `spool.on_full` says.
///
/// A full spool keeps no loss from being told: the figures stay until a `gap` event of theirs is
/// accepted, and a tick comes every 250 ms as long as there are any. A spool that failed ends the
/// thread, and with it the process.
///
/// After an overrun the kernel delivers nothing until the socket is empty, so the records are
/// copied into the ring first and assembled after.
package io.coreaudit.intake;
