package io.coreaudit.intake;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.SerialGaps;
import io.coreaudit.telemetry.Counters;
import java.util.function.Predicate;

/// Turns what was lost before the spool into `gap` events.
///
/// Three signs of loss meet here: the kernel's word that the receive buffer was full, the records
/// it dropped at our socket, and the serials that never came. Beside them, events that were cut
/// short because ring or table were full: their last records stand in an event of their own.
///
/// Of each reason there is one figure, which a `gap` event takes away:
///
/// ```text
/// netlink_overrun     events, overruns, dropped_records, first_serial, last_serial
/// agent_down          events, first_serial, last_serial    between the process before and this one,
///                     backfilled                           and of those found in auditd's log
/// serials_unseen      events                               missing, without an overrun
/// came_late           events                               of those told before, that came after all
/// ring_full           events                               cut short
/// table_full          events                               cut short
/// unread_at_stop      bytes                                left in the socket at the end
/// own_events_refused  events                               of the agent itself
/// ```
///
/// What is told may be refused by a full spool. Then the figures stay, grow, and are told again; at
/// the end what is still owed (`owedEvents`) is left to the next process.
///
/// An agent that comes after another of the same boot knows which serial that one took last. All
/// that is missing until the first serial that comes now is decided was lost while none ran. Where
/// auditd's log is looked through for it (`awaitsBackfill`), only what that did not have is told,
/// when it is over; a stop before leaves the rest to the next process.
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

  private static final String ESTIMATE = "excluded records take serials too";

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
  private long late;
  private long lateSinceNs;
  private long restarts;
  private long ringFull;
  private long tableFull;
  private long unreadBytes;
  private long ownRefused;

  private boolean wasDown; // and the first serial since has not been decided
  private long lastBefore;
  private long firstAfter;
  private long missed;
  private long firstMissed;
  private long lastMissed;
  private long owedBefore; // by the process before: taken, not written
  private long counted; // of what is missed
  private boolean backfilling;
  private long backfilled; // of the missed
  private long backfilledOwed;
  private String backfillTrouble;

  /// @param tell writes an event; false: the spool did not take it
  LossTeller(SerialGaps gaps, Counters<IntakeCounter> counters, Predicate<OwnEvent> tell) {
    this.gaps = gaps;
    this.counters = counters;
    this.tell = tell;
  }

  /// Another process took the kernel's events before this one, up to the highest serial that the
  /// gaps know (none when `serialKnown` is not set), and owes so many.
  void agentWasDown(boolean serialKnown, long owedEvents) {
    wasDown = serialKnown;
    lastBefore = gaps.highest();
    firstAfter = lastBefore;
    owedBefore = owedEvents;
  }

  /// What is missing may be found in auditd's log.
  void awaitsBackfill() {
    backfilling = true;
  }

  /// An event of before the start was found there.
  ///
  /// @param serial its own; 0: it is a further event of one that was found
  void backfilled(long serial) {
    if ((int) (serial - lastBefore) > 0) {
      backfilled++;
    } else if (serial > 0) {
      backfilledOwed++;
    }
  }

  private long stillMissed() {
    return Math.max(0, missed - backfilled) + Math.max(0, owedBefore - backfilledOwed);
  }

  /// The log was looked through.
  ///
  /// @param trouble why not all of it; null: nothing was in the way
  void backfillIsOver(String trouble) {
    backfilling = false;
    backfillTrouble = trouble;
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

  /// So many events were cut short because the ring was full.
  void ringFull(long events) {
    ringFull += events;
  }

  /// So many events were cut short because too many were open.
  void tableFull(long events) {
    tableFull += events;
  }

  /// So many bytes are left in the socket, and will not be read.
  void unread(long bytes) {
    unreadBytes = bytes;
  }

  /// So many of the agent's own events were refused.
  void ownRefused(long events) {
    ownRefused += events;
  }

  /// Whether something waits to be told: then the intake thread must come back soon.
  boolean pending() {
    return open
        || untold()
        || unseen > 0
        || late > 0
        || ringFull > 0
        || tableFull > 0
        || ownRefused > 0
        || stillMissed() > 0
        || gaps.undecided();
  }

  /// Events that are known to be lost and have not been told, the agent's own among them.
  long owedEvents() {
    return lost + unseen + stillMissed() + ownRefused;
  }

  private boolean untold() {
    return overruns > 0 || lost > 0 || droppedRecords > 0;
  }

  /// Looks for losses that have settled, and tells them.
  void tick(long nowNs) {
    if (wasDown && firstAfter == lastBefore) {
      firstAfter = gaps.highest();
    }
    take(nowNs);
    if (wasDown && firstAfter != lastBefore && gaps.isDecided(firstAfter)) {
      wasDown = false;
    }
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
    if (stillMissed() > 0 && !wasDown && !backfilling) {
      tellMissed();
    }
    if (unseen > 0 && nowNs - unseenSinceNs >= QUIET_TELL_NS) {
      tellUnseen();
    }
    if (late > 0 && nowNs - lateSinceNs >= QUIET_TELL_NS) {
      tellLate();
    }
    tellFull();
  }

  private void take(long nowNs) {
    long first = gaps.firstMissing();
    long events = gaps.takeLost();
    if (events > 0) {
      if (wasDown) {
        if (firstMissed == 0) {
          firstMissed = first;
        }
        missed += events;
        lastMissed = gaps.lastMissing();
      } else if (open) {
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
    if (!backfilling && stillMissed() > counted) {
      counters.add(IntakeCounter.MISSED_EVENTS, stillMissed() - counted);
      counted = stillMissed();
    }
    long cameLate = gaps.takeLate();
    if (cameLate > 0) {
      if (late == 0) {
        lateSinceNs = nowNs;
      }
      late += cameLate;
      counters.add(IntakeCounter.LATE_EVENTS, cameLate);
    }
    counters.set(IntakeCounter.STRAY_EVENTS, gaps.strayEvents());
    if (gaps.restarts() > restarts) {
      counters.add(IntakeCounter.SERIAL_RESTARTS, gaps.restarts() - restarts);
      restarts = gaps.restarts();
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
    if (stillMissed() > 0 && !backfilling) {
      tellMissed();
    }
    if (unseen > 0) {
      tellUnseen();
    }
    if (late > 0) {
      tellLate();
    }
    if (unreadBytes > 0) {
      tell.test(of("unread_at_stop").with("bytes", unreadBytes).build());
    }
    tellFull();
  }

  private void tellFull() {
    if (ringFull > 0 && tell("ring_full", ringFull)) {
      ringFull = 0;
    }
    if (tableFull > 0 && tell("table_full", tableFull)) {
      tableFull = 0;
    }
    if (ownRefused > 0 && tell("own_events_refused", ownRefused)) {
      ownRefused = 0;
    }
  }

  private boolean tell(String reason, long events) {
    return tell.test(of(reason).with("events", events).build());
  }

  private static OwnEvent.Fields of(String reason) {
    return OwnEvent.of(EventKind.GAP).with("reason", reason);
  }

  private void tellMissed() {
    OwnEvent.Fields gap = of("agent_down").with("events", stillMissed());
    if (firstMissed > 0) {
      gap.with("first_serial", firstMissed).with("last_serial", lastMissed);
    }
    if (backfilled + backfilledOwed > 0) {
      gap.with("backfilled", backfilled + backfilledOwed);
    }
    gap.with("backfill", backfillTrouble).with("estimate", ESTIMATE);
    if (tell.test(gap.build())) {
      missed = 0;
      owedBefore = 0;
      counted = 0;
      firstMissed = 0;
    }
  }

  private void tellOverrun() {
    OwnEvent.Fields gap =
        of("netlink_overrun")
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
    OwnEvent gap = of("serials_unseen").with("events", unseen).with("estimate", ESTIMATE).build();
    if (tell.test(gap)) {
      unseen = 0;
    }
  }

  private void tellLate() {
    if (tell("came_late", late)) {
      late = 0;
    }
  }
}
