package io.coreaudit.spool;

/// How far the process before took the kernel's events, as it last noted it: what an agent that was
/// killed, or stopped for a while, has missed can be told from it.
///
/// @param bootIdHigh the boot that the serial belongs to, its upper half
/// @param bootIdLow its lower half
/// @param serial the highest serial taken, 0: none
/// @param owedEvents events that were taken and are neither in the spool nor told as lost
/// @param settled the serial up to which there is none of these, 0: there may be of any, `UNKNOWN`:
///   nobody noted it
public record SpoolTaken(
    long bootIdHigh, long bootIdLow, long serial, long owedEvents, long settled) {
  /// The value of `settled` that was not noted.
  public static final long UNKNOWN = -1;
}
