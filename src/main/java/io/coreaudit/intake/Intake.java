package io.coreaudit.intake;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerCounter;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.OwnEvents;
import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Poll;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolDamage;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.spool.SpoolTaken;
import io.coreaudit.telemetry.Counters;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The role that takes records in and writes events to the spool. One thread runs it.
///
/// `doWork` is one turn: wait, gather, drain, tick. The first record of a burst wakes the thread;
/// it then lets more gather (100 ms by default) and takes all there is with few calls. Waking on
/// every record would triple the cost. The gathering is cut to the time in which as many come as
/// the input's buffer holds with ease.
///
/// However the thread ends, what it took goes to the spool first. What the kernel made while no
/// agent ran is told by the next: at each batch the spool is told how far this one came.
public final class Intake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final int OWN_EVENTS_WAITING = 1024;
  private static final int MOST_LOGGED = 1000;
  private static final int WAKE = 0;
  private static final int INPUT = 1;
  private static final long TICK_NS = 250_000_000L;
  private static final long LATEST_TICK_NS = 1_000_000_000L;

  /// A turn that took so many messages has probably left some behind.
  private static final int LARGE_TURN = 16_384;

  /// So long what waits is still taken when the thread is to stop. With the last drain, half a
  /// second at most, it is over before whoever stops it gives up.
  private static final long LAST_DRAINS_NS = TimeUnit.MILLISECONDS.toNanos(700);

  private static final int SHORTEST_GATHER_MICROS = 250;

  /// Between the binding of the socket and this role lies less.
  private static final long STARTED_WITHIN_MS = TimeUnit.SECONDS.toMillis(30);

  private final Input input;
  private final int gatherMicros;
  private final RecordRing ring;
  private final Spool spool;
  private final BootId boot;
  private final EventFd wake = new EventFd();
  private final Poll poll;
  private final OwnEvents ownEvents = new OwnEvents(OWN_EVENTS_WAITING, wake::signal);
  private final Counters<IntakeCounter> counters = new Counters<>("intake", IntakeCounter.class);
  private final EventWriter writer;
  private final Assembler assembler;
  private final LossTeller losses;
  private final ConfigChanges configChanges = new ConfigChanges();
  private final EndWatch ends = new EndWatch();
  private final AssemblerMode mode;
  private final Runnable onOverrun;
  private LongConsumer beat = nowNs -> {};
  private Runnable rest = () -> {};
  private OwnEvent lastWord;
  private EarlierEvents earlier; // null: none are looked for, or they are all there
  private long ownLeft;
  private long ringForcedTold;
  private long tableForcedTold;
  private int gatherNowMicros;
  private long nextTickNs;
  private long lastTickNs;
  private volatile long turnStartedNs;
  private volatile boolean stop;

  /// Wires the role up. It owns the input and the ring, and closes them.
  ///
  /// @param gatherMicros how long records may gather after the first, in microseconds
  /// @param onOverrun called after an overrun was drained: somebody makes the kernel issue a
  ///   serial, so that a loss at the end of a burst shows
  public Intake(
      Input input,
      int gatherMicros,
      RecordRing ring,
      AssemblerMode mode,
      Spool spool,
      OriginCollector origin,
      BootId boot,
      Runnable onOverrun,
      Canary... canaries) {
    this.input = input;
    this.gatherMicros = gatherMicros;
    this.gatherNowMicros = gatherMicros;
    this.mode = mode;
    this.ring = ring;
    this.spool = spool;
    this.boot = boot;
    this.onOverrun = onOverrun;
    this.poll = new Poll(2);
    this.writer = new EventWriter(spool, origin, boot, counters, input.patient(), canaries);
    this.assembler = new Assembler(ring, mode, writer);
    this.losses = new LossTeller(assembler.gaps(), counters, writer::ownInTime);
    writer.onAccepted(this::noteTaken);
    goOn(spool.takenBefore());
    for (SpoolDamage damage : spool.damages()) {
      ownEvents.offer(told(damage));
    }
    counters.set(IntakeCounter.EOE_LEFT_OUT, input.leavesOutEnds() ? 1 : 0);
    poll.add(wake.fd(), POLLIN);
    poll.add(input.fd(), POLLIN);
  }

  /// What the process before took and did not write is owed, and what came since, in one boot.
  private void goOn(SpoolTaken before) {
    boolean known = mode == AssemblerMode.LIVE && isOfBoot(before) && before.serial() > 0;
    assembler.gaps().listensSince(System.currentTimeMillis() - STARTED_WITHIN_MS);
    if (known) {
      assembler.gaps().goOnAfter(before.serial());
    }
    losses.agentWasDown(known, mode == AssemblerMode.FILE ? 0 : before.owedEvents());
  }

  private boolean isOfBoot(SpoolTaken before) {
    return before.bootIdHigh() == boot.high() && before.bootIdLow() == boot.low();
  }

  private void noteTaken() {
    if (mode != AssemblerMode.FILE) {
      spool.noteTaken(
          assembler.gaps().highest(),
          assembler.openEvents() + losses.owedEvents() + writer.owedEvents() + owedOwn());
    }
  }

  /// As long as events of before the start are missing, nothing behind them is settled.
  private void noteSettled() {
    if (mode == AssemblerMode.LIVE) {
      spool.noteSettled(earlier == null ? assembler.settledSerial() : earlier.settledBefore());
    }
  }

  /// Events of the agent's own that are not in the spool: those that were left out, and those that
  /// wait for room.
  private long owedOwn() {
    return ownLeft + ownEvents.size();
  }

  private static OwnEvent told(SpoolDamage damage) {
    return OwnEvent.of(EventKind.GAP)
        .with("reason", "spool_damaged")
        .with("events", damage.events())
        .with("path", damage.path().toString())
        .with("what", damage.what())
        .build();
  }

  /// Sets who is told that a turn runs, and that the thread waits for records. While a patient
  /// input waits for the spool the first is told again and again. Before `run`.
  public void onTurn(LongConsumer turnBegins, Runnable turnEnds) {
    beat = turnBegins;
    rest = turnEnds;
    writer.onWait(turnBegins);
  }

  /// Sets what is left out while the spool is nearly full; nothing when not called. Before `run`.
  public void shed(ShedSettings settings) {
    writer.shed(settings);
  }

  /// Sets the event that ends the stream: written after all others. Before `run`.
  public void lastWord(OwnEvent event) {
    lastWord = event;
  }

  /// Runs turns until `stop`, then writes what is there. When the input has ended by itself, its
  /// open events are written and `onEnd` is told; the agent's own events are still taken. A failure
  /// is thrown on when what was taken before it is written, and a `gap` event that tells of it.
  public void run(Runnable onEnd) {
    try {
      work(onEnd);
    } catch (RuntimeException | Error failure) {
      saveAfter(failure);
      throw failure;
    }
  }

  private void work(Runnable onEnd) {
    // What was told before the first record stands before it in the stream.
    turn(System.nanoTime(), 0);
    while (!stop && !input.ended()) {
      doWork();
    }
    if (input.ended()) {
      flush();
      onEnd.run();
      while (!stop) {
        doWork();
      }
    } else {
      drainRest();
    }
    flush();
    if (lastWord != null) {
      if (!writer.own(lastWord)) {
        leave(lastWord);
      }
      spool.signalReaders();
    }
    leaveOwnEvents();
  }

  /// What the spool took no more at the end: a person may read it in the log, and its number is
  /// owed by the next process.
  private void leaveOwnEvents() {
    for (OwnEvent event = ownEvents.peek(); event != null; event = ownEvents.peek()) {
      leave(event);
      ownEvents.remove();
    }
    noteTaken();
  }

  private void leave(OwnEvent event) {
    LOG.warn(
        "the spool takes no more, an event of the agent's is left out: {} {}",
        event.kind().name().toLowerCase(Locale.ROOT),
        new String(
            event.text(), 0, Math.min(event.text().length, MOST_LOGGED), StandardCharsets.UTF_8));
    counters.increment(IntakeCounter.OWN_REFUSED);
    ownLeft++;
  }

  /// Takes what waited when the thread was stopped. A source that can wait keeps it.
  private void drainRest() {
    long deadlineNs = System.nanoTime() + LAST_DRAINS_NS;
    int messages;
    do {
      turnStartedNs = System.nanoTime();
      messages = drain();
      turn(System.nanoTime(), messages);
    } while (messages >= LARGE_TURN && !input.patient() && System.nanoTime() - deadlineNs < 0);
    if (messages >= LARGE_TURN && !input.patient()) {
      losses.unread(input.unreadBytes());
    }
  }

  /// Each of these may fail again, for the same reason or for its own.
  private void saveAfter(Throwable failure) {
    String what = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    ownEvents.offer(
        OwnEvent.of(EventKind.GAP).with("reason", "intake_failed").with("detail", what).build());
    writer.stopWaiting();
    attempt(failure, () -> assembler.letGo(System.nanoTime()));
    attempt(failure, assembler::flush);
    attempt(failure, this::flush);
    attempt(failure, this::leaveOwnEvents);
  }

  private static void attempt(Throwable failure, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
  }

  /// One turn: waits for records or a wake-up, and does what there is to do.
  ///
  /// @return messages taken
  /// @throws SpoolException when the spool has failed: nothing can be accepted any more
  public int doWork() {
    turnStartedNs = 0;
    rest.run();
    boolean ready = await();
    beat.accept(System.nanoTime());
    if (ready && gatherNowMicros > 0 && !stop && !assembler.isHolding()) {
      LibC.usleep(gatherNowMicros);
    }
    // From here on, for whoever asks whether records are being taken: waiting for more is no delay.
    turnStartedNs = System.nanoTime();
    // A drain that was cut short just when it had the last record finds the end of it now.
    int messages = ready || assembler.isHolding() ? drain() : 0;
    if (messages > 0) {
      long fits = (long) gatherNowMicros * input.mostGathered() / messages;
      gatherNowMicros = (int) Math.min(gatherMicros, Math.max(SHORTEST_GATHER_MICROS, fits));
    }
    turn(System.nanoTime(), messages);
    if (spool.state() == SpoolStat.State.FAILED) {
      throw new SpoolException(
          "the spool failed and takes no more events; its failure was logged; start the agent"
              + " again");
    }
    return messages;
  }

  private boolean await() {
    poll.change(INPUT, input.ended() ? -1 : input.fd(), POLLIN);
    int result = poll.await(timeoutMillis());
    if (result < 0) {
      throw new KernelException("poll", -result, "the intake thread cannot wait for records");
    }
    if (poll.readable(WAKE)) {
      wake.drain();
    }
    // An error or a hang-up is for the input to read.
    return poll.revents(INPUT) != 0;
  }

  private int timeoutMillis() {
    if (stop) {
      return 0;
    }
    // Nothing open and nothing to tell: sleep until a record or a wake-up comes.
    boolean idle =
        assembler.openEvents() == 0
            && !assembler.isHolding()
            && !losses.pending()
            && !writer.pending()
            && ownEvents.size() == 0
            && (earlier == null || !earlier.pending());
    return idle ? -1 : (int) (TICK_NS / 1_000_000);
  }

  private int drain() {
    long epochMillis = System.currentTimeMillis();
    assembler.receiveTime(epochMillis * 1_000_000L);
    writer.lookAtSpool();
    return input.drain(this);
  }

  private void turn(long nowNs, int messages) {
    if (nowNs - nextTickNs >= 0) {
      if (messages < LARGE_TURN || nowNs - lastTickNs > LATEST_TICK_NS) {
        // Not while records wait in the socket: theirs may be the events that seem to be over.
        assembler.onTick(nowNs);
        lastTickNs = nowNs;
        lookForEnds(nowNs);
      }
      noteForced();
      losses.tick(nowNs);
      writer.tellRefused();
      writer.tellCounted(false);
      writer.tick(nowNs);
      counters.set(IntakeCounter.RING_BYTES, ring.usedBytes());
      counters.set(IntakeCounter.RING_MOST_BYTES, ring.highWaterBytes());
      nextTickNs = nowNs + TICK_NS;
    }
    OwnEvent event = ownEvents.peek();
    while (event != null && writer.ownInTime(event)) {
      ownEvents.remove();
      event = ownEvents.peek();
    }
    long refused = ownEvents.takeRefused();
    if (refused > 0) {
      counters.add(IntakeCounter.OWN_REFUSED, refused);
      losses.ownRefused(refused);
    }
    if (earlier != null && messages < LARGE_TURN) {
      takeEarlier();
    }
    writer.commit();
    noteTaken();
    noteSettled();
    if (writer.takeAppended()) {
      spool.signalReaders();
    }
  }

  private void lookForEnds(long nowNs) {
    long unended = assembler.counters().value(AssemblerCounter.UNENDED);
    if (ends.wantsEnds(unended, nowNs) && input.leavesOutEnds()) {
      input.takeEnds();
      counters.set(IntakeCounter.EOE_LEFT_OUT, input.leavesOutEnds() ? 1 : 0);
    }
  }

  /// Events that were cut short since this was last asked.
  private void noteForced() {
    long ringForced = assembler.counters().value(AssemblerCounter.FORCED_RING);
    losses.ringFull(ringForced - ringForcedTold);
    ringForcedTold = ringForced;
    long tableForced = assembler.counters().value(AssemblerCounter.FORCED_TABLE);
    losses.tableFull(tableForced - tableForcedTold);
    tableForcedTold = tableForced;
  }

  /// Takes one record. Called by the input.
  void record(int type, long prefix, int prefixLength, long text, int textLength) {
    if (configChanges.wants(type)) {
      configChanges.note(type, text, textLength);
    }
    counters.increment(IntakeCounter.RECORDS);
    assembler.accept(type, prefix, prefixLength, text, textLength, turnStartedNs);
  }

  /// The kernel found the receive buffer full. Until the socket is empty it delivers nothing, so
  /// records are only copied from here on.
  void overrun() {
    assembler.hold();
    long nowNs = System.nanoTime();
    losses.overrun(nowNs);
    ends.overrun(nowNs);
  }

  /// The socket is not empty yet, a while after an overrun, for records come as fast as they are
  /// taken; the kernel has dropped so many more. What is there is assembled, and the turn ends.
  void stillDraining(long droppedRecords) {
    assembler.assembleHeld(turnStartedNs);
    losses.dropped(droppedRecords);
    counters.increment(IntakeCounter.LONG_DRAINS);
  }

  /// The socket is empty after an overrun, and the kernel had dropped so many records.
  void drained(long droppedRecords) {
    assembler.letGo(turnStartedNs);
    losses.drained(droppedRecords);
    onOverrun.run();
  }

  void count(IntakeCounter counter) {
    counters.increment(counter);
  }

  private void flush() {
    assembler.letGo(System.nanoTime());
    assembler.flush();
    noteForced();
    writer.tryAgain();
    losses.finish();
    writer.tellRefused();
    writer.tellCounted(true);
    turn(System.nanoTime(), 0);
    spool.signalReaders();
  }

  /// Opens the way for events of before the start: what is missing is not told until all of them
  /// came. Before `run`, with input from the kernel only.
  public EarlierEvents awaitEarlier() {
    SpoolTaken before = spool.takenBefore();
    long settled = before.settled() == SpoolTaken.UNKNOWN ? before.serial() : before.settled();
    earlier = new EarlierEvents(isOfBoot(before) ? settled : 0, wake::signal);
    losses.awaitsBackfill();
    return earlier;
  }

  /// Takes what waits of them, behind the events of now.
  private void takeEarlier() {
    earlier.heard(assembler.gaps().firstHeard());
    byte[] frame = earlier.peek();
    while (frame != null && writer.earlier(frame)) {
      losses.backfilled(EarlierEvents.firstOfSerial(frame));
      earlier.remove();
      frame = earlier.peek();
    }
    if (earlier.isOver()) {
      losses.backfillIsOver(earlier.trouble());
      earlier = null;
    }
  }

  /// Asks the thread to write what is there and end. Any thread.
  public void stop() {
    stop = true;
    writer.stopWaiting();
    wake.signal();
  }

  /// When the turn that runs now began to take records, by `System.nanoTime`; 0 while the thread
  /// waits.
  public long turnStartedNs() {
    return turnStartedNs;
  }

  /// The way in for the agent's own events.
  public OwnEvents ownEvents() {
    return ownEvents;
  }

  /// What the stream tells of changed rules and settings.
  public ConfigChanges configChanges() {
    return configChanges;
  }

  /// What the thread counts.
  public Counters<IntakeCounter> counters() {
    return counters;
  }

  /// The assembler whose counters belong to this intake.
  public Assembler assembler() {
    return assembler;
  }

  /// The number of the event that the spool accepted last.
  public long seq() {
    return writer.seq();
  }

  /// Whether events are left out because the spool is nearly full. Any thread.
  public boolean sheds() {
    return counters.value(IntakeCounter.SHED_LEVEL) > Pressure.COUNTING;
  }

  /// What the input is.
  public String describe() {
    return input.describe();
  }

  @Override
  public void close() {
    input.close();
    writer.close();
    ring.close();
    poll.close();
    wake.close();
  }
}
