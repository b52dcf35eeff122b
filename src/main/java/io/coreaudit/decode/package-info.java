/// Logs read offline: files, rotated sets, gzip and standard input to events, these to bytes.
///
/// ```text
///  RotatedSets ── files, oldest first ──► LogInput ──► LogLines ──► RecordRing ──► Assembler (FILE)
///                                         bytes,       lines,                          │ event
///                                         gunzipped    TextLine                        ▼
///                     output ◄── EventEncoder ◄── HeldEvents, in EventOrder ◄── EventFilter
/// ```
///
/// The same ring, assembler and frames as the agent's, so that a log means what the live stream
/// meant. Files are one stream: an event that a rotation cut in two is one event. Events come out
/// in the order in which they were complete.
///
/// `DeliveredLog` reads what a receiver has of the agent's ECS instead, and has `ChainCheck` look
/// at it: loss, alteration, order.
///
/// One thread. Memory does not depend on the length of the input: a line may have 1 MiB, and what
/// is longer is left out and counted. What is no record is counted too.
package io.coreaudit.decode;
