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
/// there into the ring, assemble, write events, tell losses. It never waits for the network. Nor
/// does it wait for room, with input from the kernel: an event that the spool refuses is counted
/// and told. It may wait for the disk: for a page fault or a rename there, and up to two seconds
/// for a segment that is not ready, once, since at most rates the receive buffer holds longer than
/// that and to refuse would lose what it holds. With input from lines (a file, a pipe, auditd's
/// plugin) it waits for the spool, because there the source can wait; so the spool of such an input
/// refuses when it is full and never overruns, whatever `spool.on_full` says.
///
/// A spool that is nearly full, with input that cannot wait, is spared: `Shedding` leaves out what
/// is most frequent and never what counts most, tells it as `gap` events of reason `shed`, and ends
/// by itself.
///
/// A full spool keeps no loss from being told: the figures stay until a `gap` event of theirs is
/// accepted, other own events stay in front of their queue, and a tick comes every 250 ms as long
/// as there are any. A spool that failed ends the thread, and with it the process.
///
/// However the thread ends, what it took is written first. What it could not write or tell, and
/// what the kernel makes until an agent runs again in this boot, is owed: the spool remembers the
/// highest serial taken and the number of events begun or untold (`SpoolTaken`), and the next
/// process tells the difference as `agent_down`.
///
/// After an overrun the kernel delivers nothing until the socket is empty, so the records are
/// copied into the ring first and assembled after.
package io.coreaudit.intake;
