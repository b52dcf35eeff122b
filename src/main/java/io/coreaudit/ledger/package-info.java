/// A running hash over everything that was accepted, so that whoever has the events can see whether
/// any of them went missing or was changed after the agent had it.
///
/// ```text
///  event n:   d(n) = SHA-256( "<seq> LF <kind> LF" and each line of the raw format with its LF )
///  chain:     h(n) = SHA-256( h(n-1) and d(n) ), 32 bytes each; before the first event 32 zeros
///
///  Spool ──► SpoolReader ──► ChainKeeper ──► the heartbeat (ChainClaim), signed (ChainSigner)
///              cursor `@chain`    │
///                                 └──► the file `chain` beside the spool
/// ```
///
/// A spool, or what a receiver has ──► ChainCheck ──► what is missing, changed, out of order
///
/// The digest of each event stands by itself in the chain, so that a range can be checked without
/// the text of what lies before it: from one heartbeat to the next.
///
/// - **Thread.** `ChainKeeper` has its own (`chain`), the last to get a processor; the intake
///   thread knows nothing of it. It reads once a second while events come, sooner where thousands
///   wait, and rests else.
/// - **Full.** Its cursor holds segments back as a sink's does, within the spool's bound. When the
///   spool drops what was not read yet, or a frame is damaged, the chain begins anew behind it, and
///   the next heartbeat says where (`chain_from`). Its file on a full disk is given up, and told.
/// - **Start.** The chain goes on where the one before left off, also over a boot, after which the
///   numbers begin at 1.
/// - **Checked.** `ChainCheck` takes events in the order in which they came, some of them twice. It
///   keeps the digests of the newest (`DigestWindow`), whatever the length of the input.
/// - **What it shows and what not.** Loss and alteration after the heartbeat left the host. Whoever
///   is root on the host before that may write whatever chain he likes.
package io.coreaudit.ledger;
