package io.coreaudit.intake;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.SerialGaps;
import io.coreaudit.telemetry.Counters;
import java.util.function.Predicate;

/// Turns what was lost before the spool into `gap` events.
///
/// Three signs of loss meet here: the kernel's word that the receive buffer was full, the records
/// it dropped at our socket, and the serials that never came. Beside them, events that ended before
/// their time because the ring was full: their last records may stand in an event of their own.
///
/// What is told may be refused by a full spool. Then the figures stay, grow, and are told again.
///
/// An overrun begins with the kernel's word and is over when a serial that came after the socket
/// was empty again has been decided: between that one and the last of the full buffer lies what was
/// lost. Serials missing meanwhile are its loss and told once it is over, or after ten seconds as
/// far as they are known, for overruns may follow one another without end. Serials that are missing
/// at other times may be excluded records (they take serials too), so those are told apart, once a
/// minute.
final class LossTeller {
  private static final long QUIET_TELL_NS = 60_000_000_000L;
  private static final long SETTLE_NS = 2_000_000_000L;
  private static final long TELL_AT_LATEST_NS = 10_000_000_000L;

  private final SerialGaps gaps;
  private final Counters<IntakeCounter> counters;
  private final Predicate<OwnEvent> tell;
  private boolean open;
  private boolean drained;
  private long lastDrained;
  private boolean resumed;
  private long firstSeen; // or a later one: all that is missing is below it
  private long overruns;
  private long droppedRecords;
  private long overrunNs;
  private long untoldSinceNs;
  private long lost;
  private long firstLost;
  private long lastLost;
  private long unseen;
  private long unseenSinceNs;
  private long ringFull;

  /// @param tell writes an event; false: the spool did not take it
  LossTeller(SerialGaps gaps, Counters<IntakeCounter> counters, Predicate<OwnEvent> tell) {
    this.gaps = gaps;
    this.counters = counters;
    this.tell = tell;
  }

  /// The kernel said ENOBUFS.
  void overrun(long nowNs) {
    if (!untold()) {
      untoldSinceNs = nowNs;
    }
    open = true;
    drained = false;
    resumed = false;
    overruns++;
    overrunNs = nowNs;
    counters.increment(IntakeCounter.OVERRUNS);
  }

  /// The socket is empty again, and the kernel had dropped so many records at it.
  void drained(long records) {
    drained = true;
    lastDrained = gaps.highest();
    dropped(records);
  }

  /// The kernel has dropped so many records at the socket, which is not empty yet.
  void dropped(long records) {
    droppedRecords += records;
    counters.add(IntakeCounter.DROPPED_RECORDS, records);
  }

  /// So many events were ended because the ring was full.
  void ringFull(long events) {
    ringFull += events;
  }

  /// Whether something waits to be told: then the intake thread must come back soon.
  boolean pending() {
    return open || untold() || unseen > 0 || ringFull > 0 || gaps.undecided();
  }

  private boolean untold() {
    return overruns > 0 || lost > 0 || droppedRecords > 0;
  }

  /// Looks for losses that have settled, and tells them.
  void tick(long nowNs) {
    take(nowNs);
    if (open && drained && !resumed && gaps.highest() != lastDrained) {
      resumed = true;
      firstSeen = gaps.highest();
    }
    if (resumed && nowNs - overrunNs >= SETTLE_NS && gaps.isDecided(firstSeen)) {
      open = false;
      resumed = false;
    }
    if (untold() && (!open || nowNs - untoldSinceNs >= TELL_AT_LATEST_NS)) {
      tellOverrun();
    }
    if (unseen > 0 && nowNs - unseenSinceNs >= QUIET_TELL_NS) {
      tellUnseen();
    }
    if (ringFull > 0) {
      tellRingFull();
    }
  }

  private void take(long nowNs) {
    long first = gaps.firstMissing();
    long events = gaps.takeLost();
    if (events > 0) {
      if (open) {
        if (!untold()) {
          untoldSinceNs = nowNs;
        }
        if (lost == 0) {
          firstLost = first;
        }
        lost += events;
        lastLost = gaps.lastMissing();
        counters.add(IntakeCounter.LOST_EVENTS, events);
      } else {
        if (unseen == 0) {
          unseenSinceNs = nowNs;
        }
        unseen += events;
        counters.add(IntakeCounter.UNSEEN_SERIALS, events);
      }
    }
  }

  /// Tells what has not been told yet, at the end.
  void finish() {
    // No late record can come any more.
    gaps.closeUpTo(gaps.highest());
    take(overrunNs);
    if (untold()) {
      tellOverrun();
    }
    if (unseen > 0) {
      tellUnseen();
    }
    if (ringFull > 0) {
      tellRingFull();
    }
  }

  private void tellOverrun() {
    OwnEvent.Fields gap =
        OwnEvent.of(EventKind.GAP)
            .with("reason", "netlink_overrun")
            .with("events", lost)
            .with("overruns", overruns)
            .with("dropped_records", droppedRecords);
    if (lost > 0) {
      gap.with("first_serial", firstLost).with("last_serial", lastLost);
    }
    if (tell.test(gap.build())) {
      overruns = 0;
      droppedRecords = 0;
      lost = 0;
    }
  }

  private void tellUnseen() {
    OwnEvent gap =
        OwnEvent.of(EventKind.GAP)
            .with("reason", "serials_unseen")
            .with("events", unseen)
            .with("estimate", "excluded records take serials too")
            .build();
    if (tell.test(gap)) {
      unseen = 0;
    }
  }

  private void tellRingFull() {
    OwnEvent gap =
        OwnEvent.of(EventKind.GAP).with("reason", "ring_full").with("events", ringFull).build();
    if (tell.test(gap)) {
      ringFull = 0;
    }
  }
}
