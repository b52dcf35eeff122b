package io.coreaudit.forward;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.EventSelection;
import io.coreaudit.forward.Sink.Readiness;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.telemetry.Counters;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Carries events from the spool to one sink: reads, encodes, sends, and moves the cursor once the
/// sink acknowledged. A thread of its own, so that a receiver that is slow, dead or strange holds
/// up nobody else.
///
/// An event after a silence leaves at once; those that follow gather for `LINGER`, so that at a low
/// rate the thread wakes twenty times a second at most, and at a high one per full batch.
///
/// What the sink does not take waits in the spool, not here: memory holds one batch. What the spool
/// had to drop meanwhile is told in the sink's own stream by a gap event.
///
/// What the sink's filter leaves out (`Flow`) is passed before it is encoded; the cursor moves over
/// it as soon as the receiver has what was sent before it. A rate lets the rest wait in the spool.
public final class Forwarder implements Runnable {
  /// A batch leaves when it is that long, or when the spool has no more. Each costs the network
  /// thread a wake-up, so it is long; what is there at a low rate is short.
  static final int BATCH_BYTES = 256 << 10;

  /// How the names of the threads begin.
  public static final String THREAD = "coreaudit-forward-";

  static final long LINGER_NS = Duration.ofMillis(50).toNanos();

  /// How often a quiet forwarder looks whether its connection still stands.
  private static final long IDLE_NS = Duration.ofSeconds(1).toNanos();

  private static final long LEAST_REST_NS = Duration.ofMillis(1).toNanos();

  /// So many events that the filter leaves out are passed in one turn, a few milliseconds' worth.
  private static final int MOST_PASSED = 8192;

  private final String name;
  private final SpoolReader reader;
  private final EventEncoder encoder;
  private final Sink sink;
  private final Wakeup bell;
  private final Consumer<Forwarder> onEnd;
  private final Counters<SinkCounter> counters = new Counters<>("sink", SinkCounter.class);
  private final Batch batch = new Batch(BATCH_BYTES);
  private final GapFrame gapFrame;
  private final EventSelection selection;
  private final RateLimit rate;
  private final int perSecond;
  private UnsentRanges unsent = new UnsentRanges();
  private final SinkGaps gaps;
  private final LagClock lag = new LagClock();
  private final Thread thread;
  private final long[] handedOn = new long[SinkCounter.values().length];

  private LongConsumer beat = nowNs -> {};
  private Runnable rests = () -> {};
  private Consumer<SinkState> onChange = state -> {};
  private boolean flowed;
  private boolean halted;
  private boolean spoolAtEnd;
  private boolean busy;
  private int passed; // in this turn
  private long passedPosition = Sink.NO_POSITION;
  private long offeredPosition = Sink.NO_POSITION; // since the start, or the last step back
  private long furthestPosition; // also that of those whose place this one has
  private long reachedPosition; // by this one
  private long passedBytes;
  private Former former; // null: nobody has read what this one reads
  private boolean readsAnew;
  private long resentSeen;
  private long acknowledgedPosition;

  /// Everything before it was handed to the sink, or passed.
  private volatile long handedPosition;

  private volatile boolean heldBack;
  private volatile boolean leaving;
  private volatile long stopDeadlineNs;
  private volatile boolean stopping;
  private volatile Throwable failure;
  private volatile String readFault;

  /// A forwarder for one entry of `sinks`, not yet started.
  ///
  /// @param flow what of the spool the sink is given
  /// @param reader the spool from this sink's cursor on; stays the caller's
  /// @param onEnd told, on the forwarder's thread, that it ended without being asked to
  public static Forwarder of(
      SinkSettings settings,
      Flow flow,
      SpoolReader reader,
      EventEncoder encoder,
      NetworkLoop loop,
      Consumer<Forwarder> onEnd) {
    var bell = new Wakeup();
    Sink sink =
        switch (settings) {
          case SinkSettings.Stdout stdout -> new StdoutSink();
          case SinkSettings.File file -> new FileSink(file);
          case SinkSettings.Tcp tcp -> new TcpSink(tcp, loop, bell);
          case SinkSettings.Udp udp -> new UdpSink(udp);
          case SinkSettings.Relp relp -> new RelpSink(relp, loop, bell);
          case SinkSettings.Http http -> new HttpSink(http, loop, bell);
          case SinkSettings.Kafka kafka -> new KafkaSink(kafka, bell);
        };
    return new Forwarder(settings.name(), flow, reader, encoder, sink, bell, onEnd);
  }

  /// @param reader the spool from this sink's cursor on; stays the caller's
  /// @param sink owned and closed by the forwarder
  /// @param bell the one that the sink rings
  /// @param onEnd told, on the forwarder's thread, that it ended without being asked to
  Forwarder(
      String name,
      Flow flow,
      SpoolReader reader,
      EventEncoder encoder,
      Sink sink,
      Wakeup bell,
      Consumer<Forwarder> onEnd) {
    this.name = name;
    this.reader = reader;
    this.encoder = encoder;
    this.sink = sink;
    this.bell = bell;
    this.onEnd = onEnd;
    this.gapFrame = new GapFrame(name);
    this.selection = flow.selection();
    this.perSecond = flow.perSecond();
    this.rate = new RateLimit(perSecond, System.nanoTime());
    this.gaps = new SinkGaps(reader, counters, unsent);
    this.acknowledgedPosition = reader.position();
    this.handedPosition = acknowledgedPosition;
    this.furthestPosition = acknowledgedPosition;
    this.reachedPosition = acknowledgedPosition;
    this.thread = new Thread(this, THREAD + name);
    thread.setDaemon(true); // one that is stuck in a blocked write must not keep the process
  }

  /// Sets who is told that a turn begins, and that the sink now waits for somebody whose time has
  /// no bound, such as a name server. Told at least once a second, unless the sink's own write
  /// waits. Before `start`.
  public void onTurn(LongConsumer turnBegins, Runnable sinkWaits) {
    beat = turnBegins;
    rests = sinkWaits;
  }

  /// Sets the boot whose numbers `takeUnsent` tells. Before `start`.
  public void boot(long idHigh, long idLow) {
    gaps.boot(idHigh, idLow);
  }

  /// Goes on where another forwarder ended that had the same reader: what it had taken and was not
  /// acknowledged is read again, by this one's filter, what it had to tell is told, and its counts
  /// go on. Before `start`.
  public void goOnAfter(Forwarder ended) {
    if (reader.position() > ended.acknowledgedPosition) {
      reader.rewindTo(ended.acknowledgedPosition);
    }
    acknowledgedPosition = ended.acknowledgedPosition;
    handedPosition = acknowledgedPosition;
    reachedPosition = acknowledgedPosition;
    gaps.goOnAfter(ended.gaps);
    tellFor(ended);
  }

  /// Goes on with the counts of another forwarder that ended, and tells what it has left out. What
  /// that one sent and nobody acknowledged is sent once more. Before `start`.
  public void tellFor(Forwarder ended) {
    unsent = ended.unsent;
    gaps.tellFor(ended.gaps);
    former = Former.of(ended.selection, ended.reachedPosition, ended.former);
    furthestPosition = Math.max(acknowledgedPosition, ended.furthestPosition);
    readsAnew = true;
    for (SinkCounter key : counters.keys()) {
      if (!key.gauge()) {
        handedOn[key.ordinal()] = ended.counters.value(key);
        counters.set(key, handedOn[key.ordinal()]);
      }
    }
    handedOn[SinkCounter.RETRIED_EVENTS.ordinal()] += ended.counters.value(SinkCounter.HELD_EVENTS);
    settle();
  }

  /// Sets who is told when events begin to flow, and when they no longer do. Before `start`.
  public void onChange(Consumer<SinkState> delivering) {
    onChange = delivering;
  }

  /// Starts the thread.
  public void start() {
    reader.filtered(!selection.isAll());
    thread.start();
  }

  /// Asks for the end: what the spool holds now is still sent while the receiver takes it, then the
  /// sink is closed cleanly. Returns at once.
  ///
  /// @param timeout for all of it
  public void stop(Duration timeout) {
    stopDeadlineNs = System.nanoTime() + timeout.toNanos();
    stopping = true;
    bell.ring();
  }

  /// Asks for the end of this way to the receiver: what was sent is still acknowledged, nothing
  /// more is sent; what was not stays in the spool. Returns at once.
  ///
  /// @param timeout for the acknowledgements and a clean close
  public void leave(Duration timeout) {
    leaving = true;
    stop(timeout);
  }

  /// Waits until the thread is gone. False: it is stuck in a write that nobody takes, and an
  /// interrupt did not help. The spool must then stay open until the process ends.
  public boolean awaitEnd(Duration timeout) throws InterruptedException {
    if (thread.getState() == Thread.State.NEW) {
      sink.close(); // nobody else will: the agent ends before it began
      gapFrame.close();
      return true;
    }
    if (thread.join(timeout)) {
      return true;
    }
    thread.interrupt();
    return thread.join(Duration.ofMillis(200));
  }

  @Override
  public void run() {
    bell.listen();
    try (gapFrame;
        sink) {
      while (!stopping) {
        beat.accept(System.nanoTime());
        int work = doWork();
        if (work < 0) {
          return; // onEnd follows below
        }
        tellChange();
        rest(work);
      }
      if (leaving) {
        batch.clear();
        passedPosition = Sink.NO_POSITION; // it may stand behind what was just dropped
      } else {
        drain();
      }
      sink.finish(stopDeadlineNs - System.nanoTime());
      settle();
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      counters.set(SinkCounter.CONNECTED, 0);
      if (!stopping) {
        onEnd.accept(this);
      }
    }
  }

  private void tellChange() {
    SinkState state = sink.state();
    boolean flows = state.phase() == SinkState.Phase.DELIVERING;
    boolean halts = state.phase() == SinkState.Phase.WAITING;
    // Attempts in between are not told: they repeat as long as the receiver is away.
    if (flows && !flowed || halts && (flowed || !halted)) {
      onChange.accept(state);
    }
    flowed = flows || flowed && !halts;
    halted = halts || halted && !flows;
  }

  private void rest(int work) {
    if (readFault != null && batch.isEmpty()) {
      bell.await(IDLE_NS);
    } else if (heldBack && batch.isEmpty() && !busy) {
      bell.await(Math.clamp(rate.waitNs(System.nanoTime()), LINGER_NS, IDLE_NS));
    } else if (spoolAtEnd && batch.isEmpty()) {
      if (work > 0) {
        bell.await(LINGER_NS); // what comes now goes together
      } else {
        reader.await(busy ? Math.clamp(sink.dueNs(), LEAST_REST_NS, IDLE_NS) : IDLE_NS);
      }
    } else if (work == 0) {
      bell.await(sink.dueNs());
    }
  }

  private void drain() {
    while (System.nanoTime() - stopDeadlineNs < 0 && !Thread.currentThread().isInterrupted()) {
      int work = doWork();
      // Asked anew: where the sink was busy nothing was read since what came last.
      boolean isAllSent = batch.isEmpty() && !reader.await(0);
      if (work < 0 || isAllSent || !mayStillDeliver()) {
        return;
      }
      if (work == 0) {
        bell.await(Math.min(sink.dueNs(), LINGER_NS));
      }
    }
  }

  private boolean mayStillDeliver() {
    return switch (sink.state().phase()) {
      case STARTING, CONNECTING, DELIVERING -> true;
      case WAITING, STOPPED, FAILED -> false; // a stop waits for no new attempt
    };
  }

  /// One turn: sends one batch if there is one and the sink takes it.
  ///
  /// @return number of events sent or passed; -1: the sink ended for good
  public int doWork() {
    Readiness readiness = poll();
    busy = readiness == Readiness.BUSY;
    settle();
    counters.set(SinkCounter.CONNECTED, sink.state().phase() == SinkState.Phase.DELIVERING ? 1 : 0);
    switch (readiness) {
      case ENDED -> {
        return -1;
      }
      case BUSY -> {
        holdBack(false);
        if (batch.isEmpty() && reader.lagEvents() > 0) {
          lag.notices(epochNs());
        }
        return 0;
      }
      case LOST -> {
        stepBack();
        return 0;
      }
      case READY -> {}
    }
    passed = 0;
    if (batch.isEmpty()) {
      fill();
    }
    if (batch.isEmpty()) {
      tellPassed();
      handedPosition = reader.position();
      settle();
      return passed;
    }
    if (!sink.offer(batch)) {
      return passed;
    }
    int events = batch.events();
    counters.add(SinkCounter.EVENTS_SENT, events);
    counters.add(SinkCounter.BYTES_SENT, batch.lengthBytes());
    counters.increment(SinkCounter.BATCHES_SENT);
    lag.sent(batch.position());
    gaps.offered();
    offeredPosition = batch.position();
    batch.clear();
    tellPassed();
    handedPosition = reader.position();
    settle();
    return events + passed;
  }

  private Readiness poll() {
    if (!sink.mayWait()) {
      return sink.poll();
    }
    rests.run();
    Readiness readiness = sink.poll();
    beat.accept(System.nanoTime());
    return readiness;
  }

  private void stepBack() {
    batch.clear();
    passedBytes = 0;
    gaps.steppedBack();
    lag.lost();
    reader.rewindTo(acknowledgedPosition);
    offeredPosition = Sink.NO_POSITION;
    passedPosition = Sink.NO_POSITION;
    handedPosition = acknowledgedPosition;
    spoolAtEnd = false;
  }

  /// Moves the cursor to where the sink acknowledged, and brings the counters up to date.
  private void settle() {
    Refusal refusal = sink.refusal();
    if (refusal != null) {
      gaps.refused(refusal); // before the cursor passes it
    }
    long position = sink.acknowledgedPosition();
    if (batch.isEmpty() && position >= offeredPosition && passedPosition > position) {
      position = passedPosition; // nothing is under way that stands before it
    }
    if (position > acknowledgedPosition) {
      acknowledgedPosition = position;
      reader.acknowledge(position);
      lag.acknowledged(position);
      gaps.acknowledged(position);
    }
    long resent = sink.resentEvents();
    counters.add(SinkCounter.EVENTS_SENT, resent - resentSeen);
    resentSeen = resent;
    setCount(SinkCounter.EVENTS_ACKNOWLEDGED, sink.acknowledgedEvents());
    setCount(SinkCounter.RETRIED_EVENTS, sink.retriedEvents());
    setCount(SinkCounter.POISON_EVENTS, sink.poisonEvents());
    setCount(SinkCounter.LOST_LETTERS, sink.lostLetters());
    setCount(SinkCounter.OPENED, sink.opened());
    setCount(SinkCounter.FAILURES, sink.failures());
    counters.set(SinkCounter.HELD_BYTES, sink.heldBytes());
    counters.set(
        SinkCounter.HELD_EVENTS,
        counters.value(SinkCounter.EVENTS_SENT)
            - counters.value(SinkCounter.EVENTS_ACKNOWLEDGED)
            - counters.value(SinkCounter.RETRIED_EVENTS)
            - counters.value(SinkCounter.POISON_EVENTS));
  }

  private void setCount(SinkCounter key, long ofSink) {
    counters.set(key, handedOn[key.ordinal()] + ofSink);
  }

  private void fill() {
    boolean held = false;
    while (!batch.full() && passed < MOST_PASSED) {
      long nowNs = rate.isOn() ? System.nanoTime() : 0;
      if (rate.waitNs(nowNs) > 0) {
        held = reader.await(0);
        spoolAtEnd = !held;
        break;
      }
      if (!readNext()) {
        break;
      }
      take(reader.frame(), reader.position(), nowNs);
    }
    holdBack(held);
  }

  private void holdBack(boolean held) {
    heldBack = held;
    counters.set(SinkCounter.HELD_BACK, held ? 1 : 0);
  }

  private void take(FrameFlyweight frame, long position, long nowNs) {
    boolean isNew = position > furthestPosition;
    furthestPosition = Math.max(furthestPosition, position);
    boolean isWanted = wants(frame, position);
    boolean hasGaps = gaps.stand(frame, position, isNew);
    if (batch.isEmpty()) {
      if (isWanted || hasGaps) {
        lag.begins(frame.receiveTimeNs());
      } else {
        lag.passes();
      }
    }
    if (isWanted || hasGaps) {
      tellPassed(); // that is before it
    }
    if (hasGaps) {
      gaps.each(position, gap -> tell(gap, frame, position));
    }
    if (!isWanted) {
      reader.leftOut();
      gaps.passed(position);
      passed++;
      passedBytes += frame.length();
    } else if (encode(frame, position, frame.seq())) {
      rate.take(nowNs);
    } else {
      tell(gaps.unencoded(frame, position, isNew), frame, position);
    }
    if (batch.isEmpty() || batch.position() != position) {
      passedPosition = position;
    }
  }

  private void tellPassed() {
    sink.passed(passedBytes);
    passedBytes = 0;
  }

  private boolean wants(FrameFlyweight frame, long position) {
    boolean isWanted = selection.wants(frame);
    if (position <= reachedPosition) {
      return isWanted; // and noted
    }
    reachedPosition = position;
    if (former != null && position <= former.furthest()) {
      if (readsAnew) {
        readsAnew = false;
        gaps.takeBackFiltered(frame);
      }
      gaps.filteredAnew(frame, !former.wanted(frame, position), !isWanted);
    } else {
      former = null;
      if (!isWanted) {
        gaps.filtered(frame);
      }
    }
    return isWanted;
  }

  private boolean readNext() {
    try {
      spoolAtEnd = !reader.next();
      readFault = null;
      return !spoolAtEnd;
    } catch (SpoolException | InternalError e) { // the latter: the disk fails under a mapped file
      spoolAtEnd = false;
      readFault = e.getMessage();
      counters.increment(SinkCounter.READ_FAILURES);
      return false;
    }
  }

  private void tell(SinkGaps.Gap gap, FrameFlyweight before, long position) {
    if (!selection.wants(EventKind.GAP)) {
      return; // left out by name
    }
    gaps.told(position);
    encode(
        gapFrame.of(gap.reason(), gap.events(), gap.firstSeq(), gap.lastSeq(), before),
        position,
        0);
  }

  private boolean encode(FrameFlyweight frame, long position, long seq) {
    ByteOutput out = batch.output();
    int start = out.length();
    try {
      encoder.encode(frame, out);
    } catch (RuntimeException e) {
      out.truncate(start); // a fault of ours must not stop the stream: told in the event's place
      return false;
    }
    batch.added(position, seq);
    return true;
  }

  /// Name of the sink.
  public String name() {
    return name;
  }

  /// How it stands with the sink. Any thread.
  public SinkState state() {
    Throwable ended = failure;
    String fault = readFault;
    SinkState state = sink.state();
    if (ended != null) {
      return state.failed(SinkState.Phase.FAILED, "a fault: " + ended);
    }
    if (fault != null) {
      return state.failed(SinkState.Phase.WAITING, fault);
    }
    return heldBack ? state.with("held back to " + perSecond + " events a second") : state;
  }

  /// Events in the spool that the receiver may not have: the lag and the resend window. Any thread.
  public long lagEvents() {
    return reader.lagEvents();
  }

  /// How old the oldest event is that the receiver may not have. Any thread.
  public double lagSeconds() {
    return lagEvents() == 0 ? 0 : lag.seconds(epochNs());
  }

  private static long epochNs() {
    return System.currentTimeMillis() * 1_000_000;
  }

  /// Events in the spool that were not handed to the sink. Any thread.
  public long unsentEvents() {
    return reader.eventsAfter(handedPosition);
  }

  /// Which events this sink was not sent, and will not be, since this was last asked. Any thread.
  public Unsent takeUnsent() {
    return unsent.take();
  }

  /// Whether there is something that `takeUnsent` would tell. Any thread.
  public boolean hasUnsent() {
    return unsent.isThere();
  }

  /// Whether it still carries events: false before `start` and once it ended. Any thread.
  public boolean running() {
    return thread.isAlive();
  }

  /// What this forwarder counts.
  public Counters<SinkCounter> counters() {
    return counters;
  }
}
