/// Where the kernel's bytes land, and stay until their event is complete.
///
/// Purpose: a record is copied once, densely, out of the receive slots and is then parsed in place.
/// One thread (`intake`) writes, reads and frees; there is nothing atomic in here.
///
/// ```text
///             tail (oldest slot not freed)             head (next slot)
///               v                                        v
///  +-----------+--------+--------+--------+-------------+---------------+-----+
///  |   free    |  live  | freed  |  live  |     ...     |     free      | pad |
///  +-----------+--------+--------+--------+-------------+---------------+-----+
///  0                                                                        size
///
///  slot, 8-byte aligned, never split over the end (a pad slot fills the rest):
///    0  u32  slot length, header included
///    4  u32  state: 0 free, 1 live, 2 pad
///    8  i64  next record of the same event, 0 = none (kept by the assembler)
///   16  i32  record type, -1 = a name without a number
///   20  u32  prefix length
///   24  u32  text length
///   28  u32  zero
///   32  prefix, text
/// ```
///
/// Records are freed in any order: a freed slot is marked, and the tail moves over marked slots.
/// When all are free, head and tail go back to 0, so a node with little traffic touches only the
/// first pages, whatever the size of the ring.
///
/// Full: `append` gives 0 and changes nothing. The caller makes room by having the assembler force
/// out its oldest event, which is the one that holds the tail. A record larger than a quarter of
/// the ring never fits: `canHold` tells beforehand.
package io.coreaudit.ring;
