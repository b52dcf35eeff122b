/// Events to the bytes that a receiver takes. Late, on the forwarder's thread of a sink: what was
/// spooled is what the kernel sent.
///
/// ```text
///  FrameFlyweight ──► EventEncoder ──► ByteOutput
///                       ├── EcsEncoder     EventView lays the event out: the record that tells it,
///                       │     │            where each known field stands, paths; EventTags the rest
///                       │     ├── EcsSubject, EcsNetwork, EcsFile, EcsData ...   parts of the object
///                       │     ├── SyscallActions, RecordActions              what it is called
///                       │     └── JsonWriter, JsonText                       any bytes to valid JSON
///                       ├── OcsfEncoder    classes of OCSF (OcsfActivities), of the same EventView
///                       ├── FlatEncoder    CEF and LEEF, of the same EventView
///                       ├── RecordsEncoder each field raw and interpreted
///                       ├── RawEncoder     auditd's lines
///                       └── RedactingEncoder   any of them, behind a copy with secrets masked:
///                                 SecretArguments by what stands before, SecretForms by their form
/// ```
///
/// Invariants: one frame gives whole lines, whatever its records hold; no key comes twice; the
/// order of members is fixed; nothing allocates once the buffers have met the longest event;
/// nothing throws. Text goes from the frame's memory to the output without a `String`. An encoder
/// belongs to one thread.
///
/// Which events a sink is given at all `EventSelection` says, before any of this.
///
/// A further format implements `EventEncoder` over `EventView`.
package io.coreaudit.format;
