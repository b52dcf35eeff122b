/// From the kernel's numbers to names, and from a record's raw values to what they mean.
///
/// ```text
///  RecordFields ── fields as libauparse has them; architecture, call, first arguments ──┐
///   └ Enrichment ── what auditd wrote behind the record                                  ▼
///                                                     Interpreter ── Interpretation: bytes
///                                                      ├ CallArguments   a0 to a3 (CallTable, ArgumentKind)
///                                                      ├ EscapedText, TtyText, SocketAddress
///                                                      ├ Numbers         flags, modes, capabilities
///                                                      └ Accounts        users and groups of given files
/// ```
///
/// Every name is an array of bytes made once, so that whoever writes an event copies it and
/// allocates nothing. Tables are immutable and shared by all threads; the arrays that they hand out
/// must not be changed. What has no name stays the number that it is.
///
/// `Interpreter` and its parts belong to one thread; values are read where they lie and written
/// into one reused row of bytes. Nothing here throws on any input, and nothing asks the machine
/// that it runs on: the same log means the same everywhere. What we say otherwise than libauparse
/// stands in `src/docs/intentional.md`.
///
/// The tables themselves are in the room `table`.
package io.coreaudit.interpret;
