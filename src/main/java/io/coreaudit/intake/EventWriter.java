package io.coreaudit.intake;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventHandler;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.telemetry.Counters;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/// Makes a frame of each complete event, numbers it and hands it to the spool.
///
/// `seq` counts the accepted events of this boot: it goes on where the last frame of the spool left
/// off, and a refused event takes none. A refusal is told by a `gap` event as soon as the spool
/// takes events again, with the next event or the next tick.
///
/// A patient writer waits instead, as long as the spool is full and nobody stops it. Each wait
/// begins with one refusal in the spool's own counters and ends with the next attempt, so there
/// `SpoolCounter.REFUSED_*` counts waits; what is lost is `IntakeCounter.REFUSED` alone. It does
/// not wait for what waiting does not mend: a spool that failed.
final class EventWriter implements EventHandler {
  private static final int LARGEST_OWN_TEXT = 64 << 10;
  private static final long WAIT_NS = 10_000_000L;

  private final Pages frame;
  private final Pages ownText = Pages.allocate(LARGEST_OWN_TEXT);
  private final FrameWriter writer;
  private final Spool spool;
  private final OriginCollector origin;
  private final BootId boot;
  private final Counters<IntakeCounter> counters;
  private final Canary[] canaries;
  private final boolean patient;
  private volatile boolean stopping;
  private volatile long seq;
  private LongConsumer beat = nowNs -> {};
  private long refusedUntold;
  private boolean refusing;
  private boolean appended;

  EventWriter(
      Spool spool,
      OriginCollector origin,
      BootId boot,
      Counters<IntakeCounter> counters,
      boolean patient,
      Canary... canaries) {
    // What does not fit is cut here and told, instead of being refused there.
    this.frame = Pages.allocate(spool.maxFrameBytes());
    this.writer = new FrameWriter(frame.address(), spool.maxFrameBytes());
    this.spool = spool;
    this.origin = origin;
    this.boot = boot;
    this.counters = counters;
    this.patient = patient;
    this.canaries = canaries.clone();
    boolean sameBoot = spool.lastBootIdHigh() == boot.high() && spool.lastBootIdLow() == boot.low();
    this.seq = sameBoot ? spool.lastSeq() : 0;
  }

  /// Sets who is told, again and again, that the thread lives while it waits for the spool.
  void onWait(LongConsumer waiting) {
    beat = waiting;
  }

  /// The number of the event that was accepted last.
  long seq() {
    return seq;
  }

  /// Ends the wait for a spool that refuses: what is refused from now on is counted.
  void stopWaiting() {
    stopping = true;
  }

  /// Whether an event was appended since this was last asked.
  boolean takeAppended() {
    boolean was = appended;
    appended = false;
    return was;
  }

  @Override
  public void onEvent(AssembledEvent event) {
    counters.increment(IntakeCounter.EVENTS);
    tellRefused();
    if (canary(event)) {
      counters.increment(IntakeCounter.CANARIES);
      return;
    }
    int flags = event.flags();
    if (!writer.begin(event)) {
      flags |= EventFlags.TRUNCATED;
      counters.increment(IntakeCounter.TRUNCATED_EVENTS);
    }
    origin.collect(event, writer);
    if (append(flags)) {
      counters.increment(IntakeCounter.ACCEPTED);
    } else {
      counters.increment(IntakeCounter.REFUSED);
      refusedUntold++;
    }
  }

  /// Writes one of the agent's own events; false: the spool refused it, counted.
  boolean own(OwnEvent event) {
    tellRefused();
    return writeOwn(event);
  }

  /// Writes a `gap` event of what was lost before; false: the spool is full, and is not asked as
  /// long as it says so, for the gap will be told again.
  boolean gap(OwnEvent event) {
    return mayTake() && own(event);
  }

  /// Has the next gap tried even if the spool refused before: there may be no later chance.
  void tryAgain() {
    refusing = false;
  }

  /// Whether refused events wait to be told.
  boolean pending() {
    return refusedUntold > 0;
  }

  private boolean mayTake() {
    return !refusing || spool.state() == SpoolStat.State.OPEN;
  }

  private boolean writeOwn(OwnEvent event) {
    Instant now = Instant.now();
    int length = Math.min(event.text().length, LARGEST_OWN_TEXT);
    Memory.copy(event.text(), 0, ownText.address(), length);
    writer.begin(
        event.kind(),
        now.getEpochSecond(),
        now.getNano() / 1_000_000,
        0,
        0,
        now.getEpochSecond() * 1_000_000_000L + now.getNano());
    writer.record(0, 0, 0, ownText.address(), length);
    origin.collectOwn(writer);
    boolean accepted = append(0);
    counters.increment(accepted ? IntakeCounter.OWN_ACCEPTED : IntakeCounter.OWN_REFUSED);
    return accepted;
  }

  /// Tells what was refused, if there is something and the spool may take it.
  void tellRefused() {
    if (refusedUntold == 0 || !mayTake()) {
      return;
    }
    OwnEvent gap =
        OwnEvent.of(EventKind.GAP)
            .with("reason", "spool_refused")
            .with("events", refusedUntold)
            .build();
    if (writeOwn(gap)) {
      refusedUntold = 0;
    }
  }

  private boolean append(int flags) {
    int length = writer.finish(flags, 0, seq + 1, boot.high(), boot.low());
    boolean accepted = spool.append(frame.address(), length);
    while (!accepted && patient && awaitRoom()) {
      accepted = spool.append(frame.address(), length);
    }
    refusing = !accepted;
    if (accepted) {
      seq++;
      appended = true;
    }
    return accepted;
  }

  /// Waits until the spool may take frames; false: it never will, or nobody wants to wait.
  private boolean awaitRoom() {
    // The readers must hear of what is there, or nobody makes room.
    spool.signalReaders();
    SpoolStat.State state;
    do {
      if (stopping) {
        return false;
      }
      beat.accept(System.nanoTime());
      LockSupport.parkNanos(this, WAIT_NS);
      state = spool.state();
    } while (state == SpoolStat.State.BOUND || state == SpoolStat.State.NO_SPACE);
    return state == SpoolStat.State.OPEN && !stopping;
  }

  private boolean canary(AssembledEvent event) {
    for (Canary canary : canaries) {
      if (canary.awaited()) {
        event.rewind();
        while (event.next()) {
          if (canary.recognises(event.textAddress(), event.textLength())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  void close() {
    frame.close();
    ownText.close();
  }
}
