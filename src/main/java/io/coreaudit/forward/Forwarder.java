package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.forward.Sink.Readiness;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.telemetry.Counters;
import java.time.Duration;
import java.util.ArrayDeque;
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
public final class Forwarder implements Runnable {
  /// A batch leaves when it is that long, or when the spool has no more. Each costs the network
  /// thread a wake-up, so it is long; what is there at a low rate is short.
  static final int BATCH_BYTES = 256 << 10;

  /// How the names of the threads begin.
  public static final String THREAD = "coreaudit-forward-";

  static final long LINGER_NS = Duration.ofMillis(50).toNanos();

  /// How often a quiet forwarder looks whether its connection still stands.
  private static final long IDLE_NS = Duration.ofSeconds(1).toNanos();

  private final String name;
  private final SpoolReader reader;
  private final EventEncoder encoder;
  private final Sink sink;
  private final Wakeup bell;
  private final Consumer<Forwarder> onEnd;
  private final Counters<SinkCounter> counters = new Counters<>("sink", SinkCounter.class);
  private final Batch batch = new Batch(BATCH_BYTES);
  private final GapFrame gapFrame;
  private final ArrayDeque<Gap> gaps = new ArrayDeque<>();
  private final Thread thread;

  private LongConsumer beat = nowNs -> {};
  private Runnable rests = () -> {};
  private Consumer<SinkState> onChange = state -> {};
  private boolean flowed;
  private boolean halted;
  private boolean spoolAtEnd;
  private long skippedSeen;
  private long corruptSeen;
  private long furthestPosition;
  private long acknowledgedPosition;
  private volatile long stopDeadlineNs;
  private volatile boolean stopping;
  private volatile RuntimeException failure;
  private volatile String readFault;

  /// A gap in the stream, and the event before which it stands. `lastSeq` is 0 when the node was
  /// booted in between.
  private record Gap(
      long beforePosition, String reason, long events, long firstSeq, long lastSeq) {}

  /// A forwarder for one entry of `sinks`, not yet started.
  ///
  /// @param reader the spool from this sink's cursor on; stays the caller's
  /// @param onEnd told, on the forwarder's thread, that it ended without being asked to
  public static Forwarder of(
      SinkSettings settings,
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
        };
    return new Forwarder(settings.name(), reader, encoder, sink, bell, onEnd);
  }

  /// @param reader the spool from this sink's cursor on; stays the caller's
  /// @param sink owned and closed by the forwarder
  /// @param bell the one that the sink rings
  /// @param onEnd told, on the forwarder's thread, that it ended without being asked to
  Forwarder(
      String name,
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
    this.acknowledgedPosition = reader.position();
    this.furthestPosition = acknowledgedPosition;
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

  /// Sets who is told when events begin to flow, and when they no longer do. Before `start`.
  public void onChange(Consumer<SinkState> delivering) {
    onChange = delivering;
  }

  /// Starts the thread.
  public void start() {
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
      drain();
      sink.finish(stopDeadlineNs - System.nanoTime());
      settle();
    } catch (RuntimeException e) {
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
    } else if (spoolAtEnd && batch.isEmpty()) {
      if (work > 0) {
        bell.await(LINGER_NS); // what comes now goes together
      } else {
        reader.await(IDLE_NS);
      }
    } else if (work == 0) {
      bell.await(sink.dueNs());
    }
  }

  private void drain() {
    while (System.nanoTime() - stopDeadlineNs < 0 && !Thread.currentThread().isInterrupted()) {
      int work = doWork();
      if (work < 0 || spoolAtEnd && batch.isEmpty() || !mayStillDeliver()) {
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
  /// @return number of events sent; -1: the sink ended for good
  public int doWork() {
    Readiness readiness = poll();
    settle();
    counters.set(SinkCounter.CONNECTED, sink.state().phase() == SinkState.Phase.DELIVERING ? 1 : 0);
    switch (readiness) {
      case ENDED -> {
        return -1;
      }
      case BUSY -> {
        return 0;
      }
      case LOST -> {
        stepBack();
        return 0;
      }
      case READY -> {}
    }
    if (batch.isEmpty()) {
      fill();
    }
    if (batch.isEmpty() || !sink.offer(batch)) {
      return 0;
    }
    int events = batch.events();
    counters.add(SinkCounter.EVENTS_SENT, events);
    counters.add(SinkCounter.BYTES_SENT, batch.lengthBytes());
    counters.increment(SinkCounter.BATCHES_SENT);
    batch.clear();
    settle();
    return events;
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
    reader.rewindTo(acknowledgedPosition);
    spoolAtEnd = false;
  }

  /// Moves the cursor to where the sink acknowledged, and brings the counters up to date.
  private void settle() {
    long position = sink.acknowledgedPosition();
    if (position != Sink.NO_POSITION && position != acknowledgedPosition) {
      acknowledgedPosition = position;
      reader.acknowledge(position);
      while (!gaps.isEmpty() && gaps.peek().beforePosition() <= position) {
        gaps.poll();
      }
    }
    counters.set(SinkCounter.EVENTS_ACKNOWLEDGED, sink.acknowledgedEvents());
    counters.set(SinkCounter.RETRIED_EVENTS, sink.retriedEvents());
    counters.set(SinkCounter.OPENED, sink.opened());
    counters.set(SinkCounter.FAILURES, sink.failures());
    counters.set(SinkCounter.HELD_BYTES, sink.heldBytes());
    counters.set(
        SinkCounter.HELD_EVENTS,
        counters.value(SinkCounter.EVENTS_SENT) - sink.acknowledgedEvents() - sink.retriedEvents());
  }

  private void fill() {
    while (!batch.full()) {
      if (!readNext()) {
        return;
      }
      FrameFlyweight frame = reader.frame();
      long position = reader.position();
      noteGaps(frame.seq(), position);
      if (!gaps.isEmpty()) {
        tellGapsBefore(frame, position);
      }
      if (!encode(frame, position)) {
        counters.increment(SinkCounter.ENCODE_FAILURES);
        tell(new Gap(position, "encode_failed", 1, frame.seq(), frame.seq()), frame, position);
      }
    }
  }

  private void tellGapsBefore(FrameFlyweight frame, long position) {
    for (Gap gap : gaps) {
      if (gap.beforePosition() == position) {
        tell(gap, frame, position);
      }
    }
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

  /// Notes what is missing before an event. It is kept until that event is acknowledged, for after
  /// a step back it must be told again.
  private void noteGaps(long seq, long position) {
    long skipped = reader.skippedEvents() - skippedSeen;
    if (skipped > 0) {
      skippedSeen += skipped;
      counters.add(SinkCounter.SPOOL_OVERRUN_EVENTS, skipped);
      gaps.add(
          new Gap(
              position,
              "spool_overrun",
              skipped,
              reader.skippedFirstSeq(),
              reader.skippedLastSeq()));
    }
    long corrupt = reader.corruptFrames() - corruptSeen;
    if (corrupt > 0) {
      corruptSeen += corrupt;
      if (position > furthestPosition) { // not met for the second time, after a step back
        counters.add(SinkCounter.SPOOL_CORRUPT_FRAMES, corrupt);
        gaps.add(new Gap(position, "spool_corrupt", corrupt, seq - corrupt, seq - 1));
      }
    }
    furthestPosition = Math.max(furthestPosition, position);
  }

  private void tell(Gap gap, FrameFlyweight before, long position) {
    counters.increment(SinkCounter.GAPS_TOLD);
    encode(
        gapFrame.of(gap.reason(), gap.events(), gap.firstSeq(), gap.lastSeq(), before), position);
  }

  private boolean encode(FrameFlyweight frame, long position) {
    ByteOutput out = batch.output();
    int start = out.length();
    try {
      encoder.encode(frame, out);
    } catch (RuntimeException e) {
      out.truncate(start); // a fault of ours must not stop the stream: told in the event's place
      return false;
    }
    batch.added(position);
    return true;
  }

  /// Name of the sink.
  public String name() {
    return name;
  }

  /// How it stands with the sink. Any thread.
  public SinkState state() {
    RuntimeException ended = failure;
    String fault = readFault;
    SinkState state = sink.state();
    if (ended != null) {
      return state.failed(SinkState.Phase.FAILED, "a fault: " + ended);
    }
    return fault == null ? state : state.failed(SinkState.Phase.WAITING, fault);
  }

  /// Events in the spool that the receiver may not have: the lag and the resend window. Any thread.
  public long lagEvents() {
    return reader.lagEvents();
  }

  /// Events in the spool that were not handed to the sink. Any thread.
  public long unsentEvents() {
    return Math.max(0, lagEvents() - counters.value(SinkCounter.HELD_EVENTS));
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
