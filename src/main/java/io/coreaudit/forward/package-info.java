/// From the spool to a receiver: one forwarder, one sink, one cursor, one thread each.
///
/// ```text
///  spool ──► SpoolReader ──► Forwarder ──► Batch ──► Sink ──► receiver
///              cursor ◄── acknowledge ◄── acknowledgedPosition
/// ```
///
/// - **Threads.** Each `Forwarder` has its own (`coreaudit-forward-NAME`); it alone reads, encodes,
///   decides and moves the cursor. The bytes of all network sinks are moved by one `NetworkLoop`,
///   which decides nothing: it reports to a `TcpConnection` and rings the forwarder's bell.
/// - **Full or dead.** A receiver that takes nothing holds up its own forwarder: a megabyte and one
///   batch wait here, everything else in the spool. When the spool must drop what this sink has not
///   had, the sink's stream says so with a gap event in that place.
/// - **Cursor.** It moves when the sink acknowledged. TCP and TLS acknowledge nothing, so the
///   cursor follows a resend window behind what the receiver's kernel has (`ResendWindow`); after
///   an abnormal close, of the connection or of this process, the window is sent again with the
///   same event ids. A clean stop ends with the receiver's own close and moves the cursor to the
///   end. File and standard output are at most once past write(2).
/// - **Broken.** Whatever is wrong with a receiver, a certificate or a disk is a state
///   (`SinkState`), one line for people, counted, and tried again with growing waits. Only a
///   standard output without a reader ends a forwarder.
/// - **Not here.** Revocation of certificates is not checked. Settings are checked where they are
///   read, in the agent's `config`, also that plaintext to another host is spelled out.
///
/// Netty is seen in this room only.
package io.coreaudit.forward;
