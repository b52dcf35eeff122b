package io.coreaudit.forward;

/// What one sink was not sent, and will not be, since this was last asked.
///
/// @param ranges numbers of events with the reasons: `filter 3-17, 20, overrun 31-90`; empty: none
/// @param folded how many ranges became one with their neighbour, so that numbers lie in some that
///   were sent
/// @param earlier events of an earlier boot, whose numbers are not told
public record Unsent(String ranges, long folded, long earlier) {}
