package io.coreaudit.backfill;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.intake.BootId;
import io.coreaudit.spool.SpoolInspector;
import java.nio.file.Path;

/// Which events of this boot behind a serial the spool has.
///
/// Events are appended nearly in the order of their serials, so the newest segments are read, back
/// to one that has an event from before that serial, and one more. Where older segments are gone
/// already, what lies before the oldest that is left counts as spooled: better missed, and told,
/// than twice.
final class SpooledSerials implements SpoolInspector.SegmentVisitor {
  private final BootId boot;
  private final SerialSet serials = new SerialSet();
  private long settled;
  private long lowest = Long.MAX_VALUE; // that came live
  private boolean begins; // with the first event of this boot
  private boolean reached;
  private boolean enough;

  private SpooledSerials(BootId boot, long settled) {
    this.boot = boot;
    this.settled = settled;
  }

  /// Reads a spool, which may be written meanwhile.
  ///
  /// @param settled up to this serial the spool has all, or it was left out on purpose
  static SpooledSerials read(Path spool, BootId boot, long settled) {
    SpooledSerials spooled = new SpooledSerials(boot, settled);
    if (!SpoolInspector.of(spool).catBack(spooled) && !spooled.begins && !spooled.reached) {
      spooled.settled = Math.max(settled, spooled.lowest == Long.MAX_VALUE ? 0 : spooled.lowest);
    }
    return spooled;
  }

  @Override
  public boolean onFrame(FrameFlyweight frame) {
    if (frame.bootIdHigh() != boot.high() || frame.bootIdLow() != boot.low()) {
      begins = true;
      return true;
    }
    begins |= frame.seq() == 1;
    if (frame.kind() == EventKind.AUDIT) {
      if ((frame.flags() & EventFlags.BACKFILLED) == 0) {
        lowest = Math.min(lowest, frame.serial());
      }
      if (frame.serial() > settled) {
        serials.add(frame.serial());
      }
    }
    return true;
  }

  @Override
  public boolean onSegmentEnd() {
    enough = reached;
    reached |= lowest <= settled;
    return !enough && !begins;
  }

  /// Whether an event is in the spool, or counts as that.
  boolean has(long serial) {
    return serial <= settled || serials.contains(serial);
  }
}
