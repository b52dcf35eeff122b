package io.coreaudit.spool;

/// How far the process before took the kernel's events, as it last noted it: what an agent that was
/// killed, or stopped for a while, has missed can be told from it.
///
/// @param bootIdHigh the boot that the serial belongs to, its upper half
/// @param bootIdLow its lower half
/// @param serial the highest serial taken, 0: none
/// @param owedEvents events that were taken and are neither in the spool nor told as lost
public record SpoolTaken(long bootIdHigh, long bootIdLow, long serial, long owedEvents) {}
