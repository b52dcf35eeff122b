/// Events to disk and back: crash-safe, bounded, never a hole. What this room accepted is delivered
/// at least once.
///
/// ```text
///  intake ──append──► ChronicleStore ──► segment 7 ◄──map, read-only── SpoolReader ──► sink a
///                          ▲             segment 6 ◄──────────────────  SpoolReader ──► sink b
///                          │ rename      segment 5
///                     spare segment        │ acknowledged by all, or overrun: deleted
///                          ▲               ▼
///                          └────────── SpoolKeeper       CursorWriter ──► cursor-a, cursor-b
///                                                                         (to the disk)
/// ```
///
/// Files (directory 0700, files 0600):
///
/// ```text
/// spool.lock                  one process; its pid
/// metadata.cq4t               Chronicle's table of locks, 128 KiB, allocated ahead
/// 19700101-0005V.cq4 ...      segments: Chronicle's cycle files, a size instead of a time each
/// 19700101-0025V.precreated   the spare: zeros with all blocks, becomes the next segment
/// 19700101-0015V.damaged      a segment that Chronicle is not to see any more; still read
/// spool.format                which program can read all this (SpoolFormat)
/// newest-seq                  the number of the newest frame (SeqMark)
/// cursor-NAME                 how far sink NAME has acknowledged, what it is owed (CursorFile)
/// ```
///
/// A segment is drawn in `SegmentDescriptor`, a frame in `FrameDescriptor`. A message costs as much
/// beside its bytes as copying a frame, so those of one turn lie in one, up to 64 KiB (less with
/// small segments). Chronicle's largest message is a quarter of its block of 1 MiB, so a larger
/// frame lies in parts:
///
/// ```text
///  message │ u32 length │ frame ................ │           a turn of one event
///  message │ u32 length │ head │ frame │ frame │ frame │     BatchDescriptor
///  message │ u32 length │ part 0 header │ bytes │
///  message │ u32 length │ part 1 header │ bytes │     PartDescriptor
///  message │ u32 length │ part 2 header │ bytes │
/// ```
///
/// All parts of a frame lie in one segment: the next one is begun when they do not fit. So a frame
/// may be half a segment long, 2 MiB at most.
///
/// **Invariants.** Every byte that Chronicle writes has its block on disk before: a store into a
/// mapped hole on a full disk kills the process. Only the appending thread moves the end
/// (`published`), after the whole frame or batch is there; readers do not look behind it. A batch
/// is taken whole or refused whole, and numbers count frames, not messages. Segments go oldest
/// first. The segment with the newest frame stays, so that the sequence goes on after a restart.
/// `OFFERED = APPENDED + REFUSED_*`.
///
/// **Threads.** One appends (intake), one reads per sink (forwarder), the keeper makes the spare
/// and deletes, and a fourth writes cursors: a disk that hangs in one of the two does not hold up
/// the other. The appending thread waits for nobody, except for the keeper while it makes a spare
/// that is wanted already (counted): two seconds, and once; then it refuses until the keeper has
/// moved.
///
/// **Full.** At `max_size` or `min_free` the oldest segment goes and its readers are told (OVERRUN)
/// or frames are refused (REFUSE). A disk without room for a spare refuses frames once the segment
/// is full; the keeper tries again, so it ends by itself. A deleted segment's room comes back when
/// the last reader has left it; until then it counts.
///
/// **Who holds segments.** Only readers that are registered, and only after
/// `Spool.releaseAcknowledged`: before it, nothing is deleted but at the bound. The cursor of a
/// sink that is no longer configured holds nothing; should the sink come back, it starts at its
/// cursor or at the oldest frame kept, and what went between is counted. A new sink starts at the
/// oldest frame kept.
///
/// **Broken.** Killed at any moment: `SpoolRecovery` tells the order in which things are mended; a
/// frame that was not whole was not accepted. A frame that fails its CRC is counted and passed
/// over. Behind a damaged message the walk goes on with the next sound one; batches say how many
/// frames came before them, so places keep their numbers. A segment that Chronicle would trip over
/// is set aside and read on, its table is made anew, and what is gone for good is told when the
/// spool is opened (`Spool.damages`), by the mark of the newest number. No number is given twice in
/// one boot. A store that fails (an I/O error under the mapping) refuses from then on and says so;
/// what is on disk can be read on. A file that is cut while it is mapped is noticed every 64 KiB
/// that are read; a cut between that look and the access, of the segment that is being written, or
/// of `newest-seq`, still ends the process (SIGBUS). Nothing here survives a loss of power by
/// promise: segments are written back by the kernel in its own time, cursors are synced.
///
/// The fence rests on internals of Chronicle Queue 2026.4 (the spare's name, the bits of a message
/// header, the size of its table): its version is pinned, and the torture tests of this room must
/// pass before it changes.
package io.coreaudit.spool;
