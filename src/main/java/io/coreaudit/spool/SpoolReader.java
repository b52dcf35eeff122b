package io.coreaudit.spool;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.locks.LockSupport;

/// Reads the spool for one sink, frame by frame, and remembers how far the sink has acknowledged.
///
/// A sink that the spool has never seen starts at the oldest frame still kept; one that comes back
/// starts after the last frame that it acknowledged. What was acknowledged within the last second
/// before the host failed may come again; a killed process repeats none of it. Acknowledged
/// segments are deleted; at the spool's bound, segments that this reader still wanted are too: it
/// is moved over them and the events are counted.
///
/// One thread reads; any thread may look at counters and positions. Allocates once a segment.
public final class SpoolReader implements AutoCloseable {
  private final Spool spool;
  private final SegmentTable table;
  private final String name;
  private final CursorFile cursor;
  private final FrameWalker walker = new FrameWalker();
  private final FrameFlyweight frame = new FrameFlyweight();
  private final Counters<ReaderCounter> counters =
      new Counters<>("spool_reader", ReaderCounter.class);

  // The reading thread's.
  private int segment;
  private int frames;
  private long unfinishedSeen;
  private long lastSeq;
  private long lastBootIdHigh;
  private long lastBootIdLow;
  private boolean skipOpen;
  private boolean skipUncounted;
  private long skipFromOrdinal;
  private long skipToOrdinal;

  private final SentShare share = new SentShare();

  // Written by the reading thread, read by others.
  private volatile int mappedSegment = -1;
  private final long start;
  private volatile long acknowledged;
  private volatile long durable;
  private long forcedGeneration;

  /// Guards the five that belong together and the cursor's file: for a write into the page cache.
  private final Object acknowledgement = new Object();

  private OwedGap owed;
  private long acknowledgedSeq;
  private long acknowledgedBootIdHigh;
  private long acknowledgedBootIdLow;
  private volatile long skippedFirstSeq;
  private volatile long skippedLastSeq;
  private volatile Thread waiting;
  private volatile boolean closed;

  SpoolReader(Spool spool, SegmentTable table, String name, CursorFile cursor) {
    this.spool = spool;
    this.table = table;
    this.name = name;
    this.cursor = cursor;
    CursorFile.Saved saved = cursor.found();
    start = Math.min(saved.isNew() ? oldestPosition() : saved.position(), spool.published());
    segment = SpoolPosition.segment(start);
    frames = SpoolPosition.frames(start);
    acknowledged = start;
    durable = saved.position();
    forcedGeneration = saved.generation();
    owed = saved.owed();
    lastSeq = acknowledgedSeq = saved.seq();
    lastBootIdHigh = acknowledgedBootIdHigh = saved.bootIdHigh();
    lastBootIdLow = acknowledgedBootIdLow = saved.bootIdLow();
  }

  private long oldestPosition() {
    int oldest = table.oldest();
    return oldest < 0 ? spool.published() : SpoolPosition.of(oldest, 0);
  }

  /// Moves to the next frame; false: there is none now. A frame that is damaged is counted and
  /// passed over.
  public boolean next() {
    while (true) {
      long published = spool.published();
      if (SpoolPosition.of(segment, frames) >= published) {
        return false;
      }
      boolean newest = segment == SpoolPosition.segment(published);
      if (mappedSegment != segment && !map()) {
        if (!moveOn()) {
          return false;
        }
        continue;
      }
      if (walker.next()) {
        frames = walker.frames();
        noteUnfinished();
        if (take()) {
          return true;
        }
        counters.increment(ReaderCounter.CORRUPT_FRAMES);
        continue;
      }
      if (newest) {
        // Told that there is more, and it is not to be found: damaged on disk.
        int missing = SpoolPosition.frames(published) - frames;
        counters.add(ReaderCounter.CORRUPT_FRAMES, missing);
        frames += missing;
        walker.assumeFrames(frames);
        return false;
      }
      if (!moveOn()) {
        return false;
      }
    }
  }

  /// Maps the present segment and goes to the present place in it; false: it was deleted.
  private boolean map() {
    if (!table.holds(segment)) {
      return false;
    }
    try {
      walker.open(new SegmentMap(SpoolFiles.segment(spool.directory(), segment)));
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new SpoolException(
          "spool %s: segment %s cannot be read: %s"
              .formatted(spool.directory(), SegmentDescriptor.nameOf(segment), e),
          e);
    }
    mappedSegment = segment;
    noteUnfinished();
    if (!walker.skipTo(frames)) {
      // Fewer than when this place was noted: what is left here cannot be told from what was had.
      walker.assumeFrames(frames);
    }
    unfinishedSeen = walker.unfinishedSeries();
    return true;
  }

  /// Goes to the beginning of the next segment there is; false: there is none.
  private boolean moveOn() {
    int next = table.atOrAfter(segment + 1);
    if (next < 0) {
      return false;
    }
    long from = table.ordinal(SpoolPosition.of(segment, frames));
    long to = table.firstOrdinal(next);
    boolean hadSegment = mappedSegment == segment;
    noteUnfinished();
    if (hadSegment && next == segment + 1) {
      // Told from sequence numbers alone it may be off; not where the segment lost its end.
      boolean counted = table.isExact(next) || !walker.isAtEnd();
      if (counted && from >= 0 && to > from) {
        counters.add(ReaderCounter.CORRUPT_FRAMES, to - from);
      }
    } else {
      noteSkip(from, to);
    }
    segment = next;
    frames = 0;
    return true;
  }

  /// Counts events from one ordinal to another as skipped, each once, also when a rewind led over
  /// them again.
  private void noteSkip(long from, long to) {
    if (from < 0 || to < 0) {
      // Deleted before this process began: the next frame's sequence number tells how many.
      skipOpen = true;
      skipUncounted = true;
      return;
    }
    if (to <= from) {
      return;
    }
    skipOpen = true;
    long again = Math.max(0, Math.min(to, skipToOrdinal) - Math.max(from, skipFromOrdinal));
    counters.add(ReaderCounter.OVERRUN_EVENTS, Math.max(0, to - from - again));
    // One skip may come in two steps, where a segment went at this moment.
    boolean joins = from <= skipToOrdinal && to >= skipFromOrdinal;
    skipFromOrdinal = joins ? Math.min(from, skipFromOrdinal) : from;
    skipToOrdinal = joins ? Math.max(to, skipToOrdinal) : to;
  }

  private void noteUnfinished() {
    long now = walker.unfinishedSeries();
    if (now != unfinishedSeen) {
      counters.add(ReaderCounter.UNFINISHED_FRAMES, now - unfinishedSeen);
      unfinishedSeen = now;
    }
  }

  private boolean take() {
    if (!walker.isWhole()) {
      return false;
    }
    frame.wrap(walker.frameAddress(), walker.frameLength());
    if (skipOpen) {
      closeSkip();
    }
    lastSeq = frame.seq();
    lastBootIdHigh = frame.bootIdHigh();
    lastBootIdLow = frame.bootIdLow();
    counters.increment(ReaderCounter.FRAMES);
    counters.add(ReaderCounter.BYTES, walker.frameLength());
    share.read();
    return true;
  }

  private void closeSkip() {
    boolean sameBoot = frame.bootIdHigh() == lastBootIdHigh && frame.bootIdLow() == lastBootIdLow;
    long missing = sameBoot && lastSeq > 0 ? frame.seq() - 1 - lastSeq : 0;
    if (skipUncounted && missing > 0) {
      counters.add(ReaderCounter.OVERRUN_EVENTS, missing);
    }
    if (!skipUncounted || missing > 0) {
      skippedFirstSeq = lastSeq + 1;
      skippedLastSeq = sameBoot ? frame.seq() - 1 : 0;
    }
    skipOpen = false;
    skipUncounted = false;
  }

  /// The frame that `next` moved to. Valid until the next call of `next` or `rewindTo`.
  public FrameFlyweight frame() {
    return frame;
  }

  /// Sets whether the sink has a filter. Before the reading thread begins.
  public void filtered(boolean hasFilter) {
    share.begin(hasFilter);
  }

  /// Notes that the sink's filter leaves out the frame that `next` moved to.
  public void leftOut() {
    share.leftOut();
  }

  /// How much of what it reads the sink is sent. Any thread.
  int sentPercent() {
    return share.percent();
  }

  /// The place after the frame that `next` moved to. Positions grow.
  public long position() {
    return SpoolPosition.of(segment, frames);
  }

  /// Notes that the sink has everything before a place for good. Places before one that was
  /// acknowledged already, or that were not read yet, change nothing.
  public void acknowledge(long position) {
    if (position <= acknowledged || position > position()) {
      return;
    }
    long seq = lastSeq - distance(position, position());
    boolean leftSegment = SpoolPosition.segment(position) != SpoolPosition.segment(acknowledged);
    synchronized (acknowledgement) {
      acknowledged = position;
      if (seq > 0) {
        acknowledgedSeq = seq;
        acknowledgedBootIdHigh = lastBootIdHigh;
        acknowledgedBootIdLow = lastBootIdLow;
      }
      try {
        noteCursor();
      } catch (IOException e) {
        // The cursor writer's thread will meet it too, and says so.
      }
    }
    if (leftSegment) {
      spool.segmentAcknowledged();
    }
  }

  /// Notes what was refused behind the cursor and is still to be told. It goes to disk with the
  /// cursor.
  public void owe(OwedGap gap) {
    synchronized (acknowledgement) {
      owed = gap;
    }
  }

  /// What was noted so last, also by a process before this one.
  public OwedGap owed() {
    synchronized (acknowledgement) {
      return owed;
    }
  }

  /// What is owed with more events, of the boot of the frame that was read last.
  public OwedGap owing(OwedGap before, long events, long firstSeq, long lastSeq) {
    return before.and(events, firstSeq, lastSeq, lastBootIdHigh, lastBootIdLow);
  }

  private long distance(long from, long to) {
    if (SpoolPosition.segment(from) == SpoolPosition.segment(to)) {
      return to - from;
    }
    return Math.max(0, table.ordinal(to) - table.ordinal(from));
  }

  /// Goes back to a place, so that `next` moves to the frame after it. Where its segment was
  /// deleted meanwhile, goes to the oldest frame kept and counts what lies between.
  public void rewindTo(long position) {
    if (position > position()) {
      throw new IllegalArgumentException(
          "position=%x is ahead of %x: a reader only goes back by rewinding"
              .formatted(position, position()));
    }
    lastSeq = Math.max(0, lastSeq - distance(position, position()));
    walker.rewind();
    int wanted = SpoolPosition.segment(position);
    if (wanted != mappedSegment && !table.holds(wanted)) {
      int oldest = table.atOrAfter(wanted);
      if (oldest < 0) {
        return;
      }
      noteSkip(table.ordinal(position), table.firstOrdinal(oldest));
      segment = oldest;
      frames = 0;
    } else {
      segment = wanted;
      frames = SpoolPosition.frames(position);
    }
    if (segment == mappedSegment) {
      walker.skipTo(frames);
      unfinishedSeen = walker.unfinishedSeries();
    }
  }

  /// Waits until there is a frame after the present place; false: the time passed, the thread was
  /// interrupted or the spool closed.
  public boolean await(long timeoutNs) {
    if (spool.published() > position()) {
      return true;
    }
    waiting = Thread.currentThread();
    try {
      if (spool.published() <= position() && !closed) {
        LockSupport.parkNanos(this, timeoutNs);
      }
    } finally {
      waiting = null;
    }
    return spool.published() > position();
  }

  /// Wakes the reading thread if it waits.
  void signal() {
    Thread sleeper = waiting;
    if (sleeper != null) {
      LockSupport.unpark(sleeper);
    }
  }

  /// The sink's name.
  public String name() {
    return name;
  }

  /// The place up to which the sink has acknowledged.
  public long acknowledgedPosition() {
    return acknowledged;
  }

  /// Events in the spool that the sink has not acknowledged. Exact for segments of this process, by
  /// sequence numbers for those before.
  public long lagEvents() {
    return eventsAfter(acknowledged);
  }

  /// Events in the spool after a place, as exact as `lagEvents`. Any thread.
  public long eventsAfter(long position) {
    long end = table.ordinal(spool.published());
    long here = table.ordinal(position);
    if (here < 0) {
      here = table.firstOrdinal(Math.max(table.oldest(), 0));
    }
    return Math.max(0, end - Math.max(0, here));
  }

  /// Accepted events that this reader was moved over, in all.
  public long skippedEvents() {
    return counters.value(ReaderCounter.OVERRUN_EVENTS);
  }

  /// First sequence number of the last skip; known once `next` found a frame after it.
  public long skippedFirstSeq() {
    return skippedFirstSeq;
  }

  /// Last sequence number of the last skip; 0 when the node was booted between.
  public long skippedLastSeq() {
    return skippedLastSeq;
  }

  /// Frames that were passed over because they are damaged.
  public long corruptFrames() {
    return counters.value(ReaderCounter.CORRUPT_FRAMES);
  }

  /// What this reader counts.
  public Counters<ReaderCounter> counters() {
    return counters;
  }

  /// The place that the cursor on disk says.
  long durablePosition() {
    return durable;
  }

  int mappedSegment() {
    return mappedSegment;
  }

  // At once, so that a killed process repeats nothing that was acknowledged before.
  private void noteCursor() throws IOException {
    if (cursor.generation() == 0
        || acknowledged != cursor.position()
        || !owed.equals(cursor.owed())) {
      cursor.write(
          acknowledged, acknowledgedSeq, acknowledgedBootIdHigh, acknowledgedBootIdLow, owed);
    }
  }

  /// Brings the cursor to the disk if it moved. The cursor writer's thread, and whoever closes.
  synchronized boolean writeCursor() throws IOException {
    long generation;
    long position;
    synchronized (acknowledgement) {
      noteCursor();
      generation = cursor.generation();
      position = cursor.position();
      if (generation == forcedGeneration) {
        return false;
      }
      cursor.beginForce();
    }
    cursor.force();
    synchronized (acknowledgement) {
      cursor.forced();
    }
    forcedGeneration = generation;
    durable = position;
    return true;
  }

  /// Writes the cursor down and lets go of the spool: the segments that only this reader wanted may
  /// be deleted from now on. The reading thread has ended, or is the one that closes.
  @Override
  public void close() {
    spool.remove(this);
    mappedSegment = -1;
    walker.close();
    closeCursor();
  }

  /// As `close`, for a sink that never was: a cursor that this reader created goes too, unless it
  /// acknowledged something. A sink that has this name later is then new.
  public void withdraw() {
    try {
      close();
    } finally {
      if (cursor.found().isNew() && acknowledged == start) {
        SpoolFiles.delete(SpoolFiles.cursor(spool.directory(), name));
      }
    }
  }

  /// Writes the cursor down for good. The reading thread, should it still read, keeps what it has
  /// mapped; what it acknowledges from now on is not written.
  synchronized void closeCursor() {
    if (closed) {
      return;
    }
    closed = true;
    signal();
    try {
      writeCursor();
      cursor.close();
    } catch (IOException e) {
      throw new SpoolException("spool cursor of sink " + name + ": cannot be written: " + e, e);
    }
  }
}
