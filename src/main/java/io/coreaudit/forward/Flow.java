package io.coreaudit.forward;

import io.coreaudit.format.EventSelection;

/// What of the spool one sink is given, and how fast.
///
/// @param selection which events; used by the forwarder's thread alone
/// @param perSecond most events a second, with bursts of as many; 0: no limit
public record Flow(EventSelection selection, int perSecond) {
  /// Everything, as fast as the sink takes it.
  public static Flow all() {
    return new Flow(EventSelection.all(), 0);
  }
}
