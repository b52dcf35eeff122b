/// Bytes to fields, nothing copied.
///
/// A record's text is what the kernel sent, `audit(1795321989.984:3022): arch=c000003e syscall=257
/// ...`; in a line of a log a prefix stands before it, `node=n1 type=SYSCALL msg=`, and after a
/// byte 0x1d what auditd's ENRICHED format adds. `TextLine` takes a line apart, `RecordFlyweight`
/// reads stamp and fields where they lie, `RecordTypes` names the types. For who wants many fields
/// of a record at once `FieldIndex` finds them all in one pass (`CallerWords` says how far text
/// goes that somebody else than its writer made up), and `CallFields` and `PathOwner` know the
/// order in which the kernel writes its two most frequent records. `RuleKeys` tells a rule's keys
/// apart.
///
/// Words end at 0x20 only, also inside quotes: the kernel hex-encodes every string that holds a
/// blank, a quote or a byte that is not printable ASCII, so its quoted values hold none. Values are
/// raw: quotes, hex and the punctuation that user space leaves at the end of a value are left to
/// interpretation.
///
/// Any thread may have a flyweight of its own. Nothing here throws on any input: what is no record
/// has a reason. Reads stay inside the text that was wrapped.
package io.coreaudit.record;
