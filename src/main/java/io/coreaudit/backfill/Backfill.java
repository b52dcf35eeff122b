package io.coreaudit.backfill;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventFlags;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.intake.EarlierEvents;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The role that looks through auditd's log for what happened before the agent listened. The
/// package tells how. One thread runs it, once.
public final class Backfill {
  /// Name of its thread.
  public static final String THREAD = "backfill";

  private static final Logger LOG = LoggerFactory.getLogger(Backfill.class);
  private static final long RING_BYTES = 16 << 20;
  private static final int FULL_PERCENT = 75;
  private static final String NO_ROOM = "the spool is nearly full";
  private static final long NOT_SEEN = Long.MAX_VALUE / 2;
  private static final long STAMPS_BEHIND_LIVE_MS = 2_000;
  private static final long SLICE_MS = 50;
  private static final long LOOK_MS = 250;

  private static final long LIVE_WITHIN_MS = TimeUnit.MINUTES.toMillis(5);
  private static final long TAIL_WITHIN_MS = TimeUnit.SECONDS.toMillis(10);
  private static final long ROOM_WITHIN_MS = TimeUnit.MINUTES.toMillis(5);

  /// Longer than an event waits for its last record, and the spool for its batch.
  private static final long SETTLED_AFTER_MS = 3_000;

  /// How long it waits for others, to be shorter in tests.
  ///
  /// @param settledMs from the first live event until the spool has all that began around it
  /// @param tailMs from then on for the log to come to that event
  /// @param roomMs for a spool that is nearly full
  record Patience(long settledMs, long tailMs, long roomMs) {
    static final Patience REAL = new Patience(SETTLED_AFTER_MS, TAIL_WITHIN_MS, ROOM_WITHIN_MS);
  }

  private final BackfillSettings settings;
  private final EarlierEvents earlier;
  private final Spool spool;
  private final OriginCollector origin;
  private final Patience patience;
  private final Counters<BackfillCounter> counters =
      new Counters<>("backfill", BackfillCounter.class);
  private final ArrayDeque<byte[]> complete = new ArrayDeque<>();
  private final LogRecord record = new LogRecord();
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile String state = "has not begun";
  private SpooledSerials spooled;
  private long liveStampMs = NOT_SEEN; // of the first record in the log that came live
  private final int slice;
  private int inSlice;

  /// Creates the role. It owns the collector.
  ///
  /// @param origin tells who it was as far as the records know
  public Backfill(
      BackfillSettings settings, EarlierEvents earlier, Spool spool, OriginCollector origin) {
    this(settings, earlier, spool, origin, Patience.REAL);
  }

  Backfill(
      BackfillSettings settings,
      EarlierEvents earlier,
      Spool spool,
      OriginCollector origin,
      Patience patience) {
    this.settings = settings;
    this.earlier = earlier;
    this.spool = spool;
    this.origin = origin;
    this.patience = patience;
    slice =
        settings.perSecond() == 0
            ? EarlierEvents.CAPACITY
            : (int) Math.max(1, settings.perSecond() * SLICE_MS / 1000);
  }

  /// Looks through the log, and ends.
  public void run() {
    String trouble;
    try (origin) {
      trouble = fill();
    } catch (AccessDeniedException e) {
      trouble = settings.log() + " may not be read";
    } catch (IOException | RuntimeException e) {
      trouble = e.getMessage() == null ? e.toString() : e.getMessage();
    } catch (InterruptedException stopped) {
      return; // what is missing is for the next start to look for
    }
    if (trouble != null) {
      state = "not whole: " + trouble;
      LOG.warn(
          "backfill from {} is not whole: {}; events found: {}; what is missing is told"
              + " (agent_down)",
          settings.log(),
          trouble,
          counters.value(BackfillCounter.EVENTS));
    }
    earlier.end(trouble);
  }

  private String fill() throws IOException, InterruptedException {
    if (Files.notExists(settings.log())) {
      state = "no log of auditd: " + settings.log();
      return null;
    }
    state = "waits for the first live event";
    if (!awaitLive()) {
      return "no event came live";
    }
    pause(patience.settledMs());
    spooled = SpooledSerials.read(settings.spool(), settings.boot(), earlier.settledBefore());
    state = "reads " + settings.log();
    String trouble = read();
    if (trouble == null) {
      state =
          "done: %d events of before the start, from %s"
              .formatted(counters.value(BackfillCounter.EVENTS), settings.log());
      LOG.info("backfill {}{}", state, leftOut());
    }
    return trouble;
  }

  private String leftOut() {
    StringBuilder text = new StringBuilder();
    for (BackfillCounter reason :
        new BackfillCounter[] {
          BackfillCounter.OTHER_BOOT, BackfillCounter.OTHER_NODE, BackfillCounter.BROKEN
        }) {
      long lines = counters.value(reason);
      if (lines > 0) {
        text.append(text.isEmpty() ? "; lines left out: " : ", ")
            .append(reason.name().toLowerCase(java.util.Locale.ROOT))
            .append(' ')
            .append(lines);
      }
    }
    return text.toString();
  }

  private boolean awaitLive() throws InterruptedException {
    long deadlineMs = nowMs() + LIVE_WITHIN_MS;
    while (earlier.firstLive() == 0) {
      if (nowMs() > deadlineMs) {
        return false;
      }
      pause(LOOK_MS);
    }
    return true;
  }

  /// Reads up to what came live; null, or what was in the way.
  private String read() throws IOException, InterruptedException {
    int frameBytes = spool.maxFrameBytes();
    try (AuditdLog log = AuditdLog.open(settings.log(), settings.bootMs());
        RecordRing ring = RecordRing.allocate(RING_BYTES);
        Pages page = Pages.allocate(frameBytes)) {
      FrameWriter writer = new FrameWriter(page.address(), frameBytes);
      Assembler assembler =
          new Assembler(ring, AssemblerMode.FILE, event -> complete.add(frame(event, writer)));
      String trouble = read(log, assembler);
      if (trouble == null) {
        assembler.flush();
        trouble = handOver() ? null : NO_ROOM;
      }
      counters.add(BackfillCounter.LINES, log.torn());
      counters.add(BackfillCounter.BROKEN, log.torn());
      return trouble == null && log.damage() != null
          ? log.damage() + "; all other files were read"
          : trouble;
    }
  }

  private String read(AuditdLog log, Assembler assembler) throws IOException, InterruptedException {
    long deadlineMs = nowMs() + patience.tailMs();
    while (true) {
      while (log.next()) {
        if (!take(log, assembler)) {
          return null;
        }
        if (!handOver()) {
          return NO_ROOM;
        }
        deadlineMs = nowMs() + patience.tailMs();
      }
      if (liveStampMs != NOT_SEEN || nowMs() > deadlineMs) {
        return null;
      }
      earlier.wake();
      pause(LOOK_MS);
    }
  }

  /// Takes a line; false: what comes behind it came live.
  private boolean take(AuditdLog log, Assembler assembler) {
    BackfillCounter fate =
        switch (record.read(log.address(), log.length())) {
          case RECORD -> fate();
          case NOT_LIVE -> BackfillCounter.NOT_LIVE;
          case BROKEN -> BackfillCounter.BROKEN;
        };
    counters.increment(BackfillCounter.LINES);
    counters.increment(fate);
    if (fate == BackfillCounter.RECORDS) {
      assembler.receiveTime(System.currentTimeMillis() * 1_000_000L);
      assembler.accept(
          record.type(),
          record.prefixAddress(),
          record.prefixLength(),
          record.textAddress(),
          record.textLength(),
          0);
    }
    return fate != BackfillCounter.KNOWN || !isBehindLive();
  }

  private BackfillCounter fate() {
    if (!settings.auditd().isOwn(record.node(), settings.host())) {
      return BackfillCounter.OTHER_NODE;
    }
    if (record.stampMs() < settings.bootMs()) {
      return BackfillCounter.OTHER_BOOT;
    }
    if (record.serial() >= earlier.firstLive()) {
      if (record.stampMs() < settings.listensSinceMs()) {
        return BackfillCounter.OTHER_BOOT; // by its serial: the clock was set back in this one
      }
      liveStampMs = Math.min(liveStampMs, record.stampMs());
      return BackfillCounter.KNOWN;
    }
    if (isBehindLive()) {
      return BackfillCounter.KNOWN;
    }
    return spooled.has(record.serial()) ? BackfillCounter.KNOWN : BackfillCounter.RECORDS;
  }

  private boolean isBehindLive() {
    return record.stampMs() > liveStampMs + STAMPS_BEHIND_LIVE_MS;
  }

  private byte[] frame(AssembledEvent event, FrameWriter writer) {
    int flags = EventFlags.BACKFILLED | event.flags();
    if (!writer.begin(event)) {
      flags |= EventFlags.TRUNCATED;
    }
    origin.collect(event, writer);
    byte[] frame = new byte[writer.finish(flags, 0, 0, 0)];
    Memory.copy(writer.address(), frame, 0, frame.length);
    counters.increment(BackfillCounter.EVENTS);
    return frame;
  }

  /// Hands over what is complete, no faster than it may; false: the spool has no room.
  private boolean handOver() throws InterruptedException {
    for (byte[] frame = complete.poll(); frame != null; frame = complete.poll()) {
      if (inSlice == slice) {
        earlier.wake();
        pause(settings.perSecond() > 0 ? SLICE_MS : 0);
        inSlice = 0;
      }
      if (inSlice++ == 0 && !awaitRoom()) {
        return false;
      }
      while (!earlier.offer(frame, TimeUnit.MILLISECONDS.toNanos(LOOK_MS))) {
        pause(0);
      }
    }
    return true;
  }

  private boolean awaitRoom() throws InterruptedException {
    long deadlineMs = nowMs() + patience.roomMs();
    while (spool.state() != SpoolStat.State.OPEN || spool.fillPercent() >= FULL_PERCENT) {
      if (nowMs() > deadlineMs) {
        return false;
      }
      pause(LOOK_MS);
    }
    return true;
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private void pause(long ms) throws InterruptedException {
    if (stop.await(ms, TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("stopped");
    }
  }

  /// Asks the thread to end. Any thread.
  public void stop() {
    stop.countDown();
  }

  /// What it does, or came to: `done: 12 events of before the start, from
  /// /var/log/audit/audit.log`.
  public String state() {
    return state;
  }

  /// What became of the lines.
  public Counters<BackfillCounter> counters() {
    return counters;
  }
}
