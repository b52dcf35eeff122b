package io.coreaudit.intake;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerCounter;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.OwnEvents;
import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.kernel.Poll;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.ring.RecordDescriptor;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.telemetry.Counters;
import java.util.function.LongConsumer;

/// The role that takes records in and writes events to the spool. One thread runs it.
///
/// `doWork` is one turn: wait, gather, drain, tick. The first record of a burst wakes the thread;
/// it then lets more gather (20 ms by default) and takes all there is with few calls. Waking on
/// every record would triple the cost.
public final class Intake implements AutoCloseable {
  private static final int OWN_EVENTS_WAITING = 1024;
  private static final int WAKE = 0;
  private static final int INPUT = 1;
  private static final long TICK_NS = 250_000_000L;
  private static final long LATEST_TICK_NS = 1_000_000_000L;

  /// A turn that took so many messages has probably left some behind.
  private static final int LARGE_TURN = 16_384;

  private final Input input;
  private final int gatherMicros;
  private final RecordRing ring;
  private final Spool spool;
  private final EventFd wake = new EventFd();
  private final Poll poll;
  private final OwnEvents ownEvents = new OwnEvents(OWN_EVENTS_WAITING, wake::signal);
  private final Counters<IntakeCounter> counters = new Counters<>("intake", IntakeCounter.class);
  private final EventWriter writer;
  private final Assembler assembler;
  private final LossTeller losses;
  private final ConfigChanges configChanges = new ConfigChanges();
  private final EndWatch ends = new EndWatch();
  private final Pages parked;
  private final long parkedCapacity;
  private final Runnable onOverrun;
  private LongConsumer beat = nowNs -> {};
  private Runnable rest = () -> {};
  private OwnEvent lastWord;
  private long forcedTold;
  private long parkedCount;
  private boolean parking;
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
    this.ring = ring;
    this.spool = spool;
    this.onOverrun = onOverrun;
    this.poll = new Poll(2);
    this.writer = new EventWriter(spool, origin, boot, counters, input.patient(), canaries);
    this.assembler = new Assembler(ring, mode, writer);
    this.losses = new LossTeller(assembler.gaps(), counters, writer::gap);
    // The smallest record takes 32 bytes of the ring: so many can lie in it at most.
    this.parkedCapacity = ring.sizeBytes() / RecordDescriptor.HEADER_LENGTH;
    this.parked = Pages.allocate(parkedCapacity * Long.BYTES);
    counters.set(IntakeCounter.EOE_LEFT_OUT, input.leavesOutEnds() ? 1 : 0);
    poll.add(wake.fd(), POLLIN);
    poll.add(input.fd(), POLLIN);
  }

  /// Sets who is told that a turn runs, and that the thread waits for records. While a patient
  /// input waits for the spool the first is told again and again. Before `run`.
  public void onTurn(LongConsumer turnBegins, Runnable turnEnds) {
    beat = turnBegins;
    rest = turnEnds;
    writer.onWait(turnBegins);
  }

  /// Sets the event that ends the stream: written after all others. Before `run`.
  public void lastWord(OwnEvent event) {
    lastWord = event;
  }

  /// Runs turns until `stop`, then writes what is there. When the input has ended by itself, its
  /// open events are written and `onEnd` is told; the agent's own events are still taken.
  public void run(Runnable onEnd) {
    writer.tellDamage();
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
      drain();
    }
    flush();
    if (lastWord != null) {
      writer.own(lastWord);
      spool.signalReaders();
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
    if (ready && gatherMicros > 0 && !stop && !parking) {
      LibC.usleep(gatherMicros);
    }
    // From here on, for whoever asks whether records are being taken: waiting for more is no delay.
    turnStartedNs = System.nanoTime();
    int messages = ready ? drain() : 0;
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
    poll.await(timeoutMillis());
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
    boolean idle = assembler.openEvents() == 0 && !losses.pending() && !writer.pending();
    return idle ? -1 : (int) (TICK_NS / 1_000_000);
  }

  private int drain() {
    long epochMillis = System.currentTimeMillis();
    assembler.receiveTime(epochMillis * 1_000_000L);
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
      nextTickNs = nowNs + TICK_NS;
    }
    for (OwnEvent event = ownEvents.poll(); event != null; event = ownEvents.poll()) {
      writer.own(event);
    }
    long refused = ownEvents.takeRefused();
    if (refused > 0) {
      counters.add(IntakeCounter.OWN_REFUSED, refused);
    }
    writer.commit();
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

  /// Events that ended because the ring was full since this was last asked.
  private void noteForced() {
    long forced = assembler.counters().value(AssemblerCounter.FORCED_RING);
    if (forced > forcedTold) {
      losses.ringFull(forced - forcedTold);
      forcedTold = forced;
    }
  }

  /// Takes one record. Called by the input.
  void record(int type, long prefix, int prefixLength, long text, int textLength) {
    if (configChanges.wants(type)) {
      configChanges.note(type, text, textLength);
    }
    if (!ring.canHold(prefixLength, textLength)) {
      counters.increment(IntakeCounter.UNFIT);
      return;
    }
    long record = ring.append(type, prefix, prefixLength, text, textLength);
    while (record == 0) {
      if (parkedCount > 0) {
        assembleParked();
      } else {
        assembler.forceOldest();
      }
      record = ring.append(type, prefix, prefixLength, text, textLength);
    }
    counters.increment(IntakeCounter.RECORDS);
    if (parking && parkedCount < parkedCapacity) {
      Memory.putLong(parked.address() + parkedCount * Long.BYTES, record);
      parkedCount++;
    } else {
      assemble(record);
    }
  }

  private void assemble(long record) {
    assembler.onRecord(record, turnStartedNs);
  }

  private void assembleParked() {
    long count = parkedCount;
    parkedCount = 0;
    for (long i = 0; i < count; i++) {
      assemble(Memory.longAt(parked.address() + i * Long.BYTES));
    }
  }

  /// The kernel found the receive buffer full. Until the socket is empty it delivers nothing, so
  /// records are only copied from here on.
  void overrun() {
    parking = true;
    long nowNs = System.nanoTime();
    losses.overrun(nowNs);
    ends.overrun(nowNs);
  }

  /// The socket is not empty yet, a while after an overrun, for records come as fast as they are
  /// taken; the kernel has dropped so many more. What is there is assembled, and the turn ends.
  void stillDraining(long droppedRecords) {
    assembleParked();
    losses.dropped(droppedRecords);
    counters.increment(IntakeCounter.LONG_DRAINS);
  }

  /// The socket is empty after an overrun, and the kernel had dropped so many records.
  void drained(long droppedRecords) {
    parking = false;
    assembleParked();
    losses.drained(droppedRecords);
    onOverrun.run();
  }

  void count(IntakeCounter counter) {
    counters.increment(counter);
  }

  private void flush() {
    assembler.flush();
    noteForced();
    writer.tryAgain();
    losses.finish();
    writer.tellRefused();
    turn(System.nanoTime(), 0);
    spool.signalReaders();
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

  /// What the input is.
  public String describe() {
    return input.describe();
  }

  @Override
  public void close() {
    input.close();
    writer.close();
    parked.close();
    ring.close();
    poll.close();
    wake.close();
  }
}
