package io.coreaudit.intake;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventHandler;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.Admission;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.spool.FrameBatch;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.telemetry.Counters;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/// Makes a frame of each complete event, numbers it and hands it to the spool, together with others
/// of its turn, so that what a message of the spool costs is paid once.
///
/// Frames lie in a batch until it is full or `commit` is called, at the end of each turn. Then they
/// are accepted or refused, all of them. The agent's own events go alone, after what was staged
/// before them, so that whoever tells something knows at once whether it was taken.
///
/// `seq` counts the accepted events of this boot: it goes on where the last frame of the spool left
/// off, and refused events take none. A refusal is told by a `gap` event as soon as the spool takes
/// events again, with the next event or the next tick.
///
/// A patient writer waits instead, as long as the spool is full and nobody stops it. Each wait
/// begins with the refusal of the batch in the spool's own counters and ends with the next attempt,
/// so there `SpoolCounter.REFUSED_*` counts attempts; what is lost is `IntakeCounter.REFUSED`
/// alone. It does not wait for what waiting does not mend: a spool that failed.
///
/// While the spool is nearly full some events are left out before they are staged (`Shedding`): one
/// branch an event while it is not.
final class EventWriter implements EventHandler {
  private static final int LARGEST_OWN_TEXT = 64 << 10;
  private static final long WAIT_NS = 10_000_000L;

  private static final VarHandle SEQ;

  static {
    try {
      SEQ = MethodHandles.lookup().findVarHandle(EventWriter.class, "seq", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final FrameBatch batch;
  private final Pages ownText = Pages.allocate(LARGEST_OWN_TEXT);
  private final FrameWriter writer;
  private final Spool spool;
  private final OriginCollector origin;
  private final BootId boot;
  private final Counters<IntakeCounter> counters;
  private final Canary[] canaries;
  private final boolean patient;
  private volatile boolean stopping;

  /// Written by the intake thread alone, read by others.
  private long seq;

  private final Predicate<OwnEvent> inTime = this::ownInTime;
  private LongConsumer beat = nowNs -> {};
  private Runnable onAccepted = () -> {};
  private Shedding shedding; // null: nothing is ever left out
  private boolean pressed;
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
    this.batch = spool.newBatch();
    this.writer = new FrameWriter(batch.address(), batch.sizeBytes(), spool.maxFrameBytes());
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

  /// Sets what is left out while the spool is nearly full. A patient writer leaves out nothing.
  /// Before anything is written, once.
  void shed(ShedSettings settings) {
    if (settings.atPercent() > 0 && !patient) {
      shedding = new Shedding(settings, origin::namesOf);
    }
  }

  /// Sets who is told that a batch was accepted.
  void onAccepted(Runnable accepted) {
    onAccepted = accepted;
  }

  /// The number of the event that was accepted last.
  long seq() {
    return (long) SEQ.getAcquire(this);
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
    int admitted = origin.admit(event);
    if (admitted != Admission.FULL) {
      counters.increment(
          admitted == Admission.OVER_RATE ? IntakeCounter.OVER_RATE : IntakeCounter.REPEATED_READS);
      return;
    }
    int flags = event.flags();
    writer.startAt(batch.nextOffset());
    if (!writer.begin(event)) {
      flags |= EventFlags.TRUNCATED;
      counters.increment(IntakeCounter.TRUNCATED_EVENTS);
    }
    origin.collect(event, writer);
    if (pressed && shedding.leavesOut(event, origin.touchedOthersSecret(), origin.container())) {
      counters.increment(IntakeCounter.SHED);
      return;
    }
    if (!batch.hasRoom(writer.lengthBytes())) {
      commit();
      writer.moveTo(batch.nextOffset());
    }
    seal(flags);
    if (batch.isFull()) {
      commit();
    }
  }

  /// Takes an event of earlier, a frame that lacks its number alone; false: not now.
  boolean earlier(byte[] frame) {
    if (!mayTake()) {
      return false;
    }
    if (!batch.hasRoom(frame.length)) {
      commit();
    }
    writer.startAt(batch.nextOffset());
    counters.increment(IntakeCounter.BACKFILLED);
    seal(writer.begin(frame));
    if (batch.isFull()) {
      commit();
    }
    return true;
  }

  /// Looks how full the spool is, before events come and after.
  void lookAtSpool() {
    if (shedding != null) {
      int level = shedding.fill(spool.fillPercent());
      pressed = level != Pressure.NONE;
      counters.set(IntakeCounter.SHED_LEVEL, level);
    }
  }

  /// Hands what is staged to the spool. At the end of each turn.
  void commit() {
    lookAtSpool();
    int events = batch.frames();
    if (events == 0) {
      return;
    }
    if (append()) {
      counters.add(IntakeCounter.ACCEPTED, events);
      onAccepted.run();
    } else {
      counters.add(IntakeCounter.REFUSED, events);
      refusedUntold += events;
    }
  }

  /// Writes one of the agent's own events; false: the spool refused it.
  boolean own(OwnEvent event) {
    commit();
    tellRefused();
    return writeOwn(event);
  }

  /// Writes one of the agent's own events that will be tried again; false: the spool is full, and
  /// is not asked as long as it says so.
  boolean ownInTime(OwnEvent event) {
    return mayTake() && own(event);
  }

  /// Hands over what is staged, and has the next gap tried even if the spool refused: there may be
  /// no later chance.
  void tryAgain() {
    commit();
    refusing = false;
  }

  /// Whether events that were refused, or counted instead of being written, wait to be told, or the
  /// spool is nearly full: somebody has to see that it no longer is.
  boolean pending() {
    return pressed || refusedUntold > 0 || origin.owedEvents() > 0 || shedUntold() > 0;
  }

  /// Tells what was counted instead of being written, of containers and under pressure, as far as
  /// it is time to.
  ///
  /// @param last whether there will be no later time
  void tellCounted(boolean last) {
    origin.tell(inTime, last);
    if (shedding != null) {
      shedding.tell(inTime, System.currentTimeMillis(), last);
    }
  }

  private long shedUntold() {
    return shedding == null ? 0 : shedding.owedEvents();
  }

  private boolean mayTake() {
    return !refusing || spool.mayTake();
  }

  private boolean writeOwn(OwnEvent event) {
    Instant now = Instant.now();
    int length = Math.min(event.text().length, LARGEST_OWN_TEXT);
    Memory.copy(event.text(), 0, ownText.address(), length);
    writer.startAt(batch.nextOffset());
    writer.begin(
        event.kind(),
        now.getEpochSecond(),
        now.getNano() / 1_000_000,
        0,
        0,
        now.getEpochSecond() * 1_000_000_000L + now.getNano());
    writer.record(0, 0, 0, ownText.address(), length);
    origin.collectOwn(writer, event);
    seal(0);
    boolean accepted = append();
    if (accepted) {
      count(event.kind());
    }
    return accepted;
  }

  private void count(EventKind own) {
    counters.increment(IntakeCounter.OWN_ACCEPTED);
    if (own == EventKind.HEARTBEAT) {
      counters.increment(IntakeCounter.OWN_HEARTBEATS);
    } else if (own == EventKind.DRIFT) {
      counters.increment(IntakeCounter.OWN_DRIFTS);
    }
  }

  /// Events that the spool refused, or that were counted, which have not been told.
  long owedEvents() {
    return refusedUntold + origin.owedEvents() + shedUntold();
  }

  /// Tells what was refused, if there is something and the spool may take it.
  void tellRefused() {
    if (refusedUntold == 0 || !mayTake()) {
      return;
    }
    commit();
    OwnEvent gap =
        OwnEvent.of(EventKind.GAP)
            .with("reason", "spool_refused")
            .with("events", refusedUntold)
            .build();
    if (writeOwn(gap)) {
      refusedUntold = 0;
    }
  }

  private void seal(int flags) {
    batch.add(writer.finish(flags, seq + batch.frames() + 1, boot.high(), boot.low()));
  }

  private boolean append() {
    boolean accepted = spool.append(batch);
    while (!accepted && patient && awaitRoom()) {
      accepted = spool.append(batch);
    }
    refusing = !accepted;
    if (accepted) {
      SEQ.setRelease(this, seq + batch.frames());
      appended = true;
    }
    batch.clear();
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
      if (spool.mayTake()) {
        return !stopping;
      }
      state = spool.state();
    } while (state == SpoolStat.State.BOUND || state == SpoolStat.State.NO_SPACE);
    return state == SpoolStat.State.OPEN && !stopping;
  }

  /// Canaries that were awaited for too long are forgotten.
  void tick(long nowNs) {
    if (pressed) {
      shedding.tick(nowNs);
    }
    for (Canary canary : canaries) {
      canary.expire(nowNs);
    }
  }

  private boolean canary(AssembledEvent event) {
    for (Canary canary : canaries) {
      if (canary.awaited()) {
        event.rewind();
        while (event.next()) {
          if (canary.recognises(event.type(), event.textAddress(), event.textLength())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  void close() {
    batch.close();
    ownText.close();
    if (shedding != null) {
      shedding.close();
    }
  }
}
