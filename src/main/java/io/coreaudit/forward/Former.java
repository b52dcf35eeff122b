package io.coreaudit.forward;

import io.coreaudit.format.EventSelection;
import io.coreaudit.frame.FrameFlyweight;

/// Who decided before which events a sink is given: a forwarder whose place another has taken, and
/// who had read on from where that one begins.
///
/// @param reached up to where it had read
/// @param before had read what lies behind that, or null
record Former(EventSelection selection, long reached, Former before) {
  /// With one before it only as far as that had read on.
  static Former of(EventSelection selection, long reached, Former before) {
    boolean adds = before != null && before.furthest() > reached;
    return new Former(selection, reached, adds ? before : null);
  }

  /// Up to where anybody had read.
  long furthest() {
    return before == null ? reached : Math.max(reached, before.furthest());
  }

  /// Whether an event before `furthest` was wanted.
  boolean wanted(FrameFlyweight frame, long position) {
    return position <= reached ? selection.wants(frame) : before.wanted(frame, position);
  }
}
