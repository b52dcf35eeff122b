package io.coreaudit.spool;

import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The spool's background thread: makes the spare segment and deletes what nobody needs. The
/// appending thread never waits for a disk, except for the spare when it fills a segment faster
/// than one can be made.
final class SpoolKeeper implements Runnable {
  /// What the appending thread may expect of the next segment.
  enum Spare {
    /// It is there.
    READY,
    /// It is being made.
    IN_WORK,
    /// The disk has no room for it.
    NO_SPACE,
    /// The spool may not grow.
    BOUND
  }

  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long CURSOR_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FIRST_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LAST_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private final SpoolSettings settings;
  private final SpoolDirectory directory;
  private final SegmentTable table;
  private final SpareSegment spareSegment;
  private final Counters<KeeperCounter> counters =
      new Counters<>("spool_keeper", KeeperCounter.class);
  private final CursorWriter cursors = new CursorWriter(counters);
  private final Thread thread;

  private volatile boolean releasing;
  private volatile boolean closed;
  private volatile Spare spare;
  private volatile int spareNumber;
  private volatile String lastError = "";

  /// The last segment that holds a frame: the sequence goes on from it, so it stays.
  private volatile int lastWritten;

  /// The newest segment in the table.
  private volatile int begun;

  private long retryNs = FIRST_RETRY_NS;

  /// A segment was deleted to make room and the spare was not made of it yet.
  private boolean roomGiven;

  SpoolKeeper(
      SpoolSettings settings,
      SpoolDirectory directory,
      SegmentTable table,
      SpareSegment spareSegment,
      int newest,
      int lastWritten,
      boolean spareReady) {
    this.settings = settings;
    this.directory = directory;
    this.table = table;
    this.spareSegment = spareSegment;
    this.lastWritten = lastWritten;
    this.begun = newest;
    this.spareNumber = newest + 1;
    this.spare = spareReady ? Spare.READY : Spare.IN_WORK;
    this.thread = Thread.ofPlatform().daemon().name("spool-keeper").unstarted(this);
  }

  void start() {
    thread.start();
    cursors.start(this::wake);
  }

  /// The state of the spare, for the appending thread.
  Spare spare() {
    return spare;
  }

  /// The appending thread uses the spare up.
  void spareTaken(int number) {
    spareNumber = number + 1;
    spare = Spare.IN_WORK;
  }

  /// The segment has its first frame.
  void segmentBegun(int number) {
    lastWritten = number;
    begun = number;
    LockSupport.unpark(thread);
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  void add(SpoolReader reader) {
    cursors.add(reader);
  }

  void remove(SpoolReader reader) {
    cursors.remove(reader);
  }

  SpoolReader[] readers() {
    return cursors.readers();
  }

  void releaseAcknowledged() {
    releasing = true;
    wake();
  }

  Counters<KeeperCounter> counters() {
    return counters;
  }

  String lastError() {
    return lastError.isEmpty() ? cursors.lastError() : lastError;
  }

  @Override
  public void run() {
    while (!closed) {
      doWork();
      long parkNs = LOOK_NS;
      if (spare == Spare.IN_WORK) {
        parkNs = 0;
      } else if (spare != Spare.READY) {
        parkNs = retryNs;
        retryNs = Math.min(retryNs * 2, LAST_RETRY_NS);
      }
      if (parkNs > 0 && !closed) {
        LockSupport.parkNanos(this, parkNs);
      }
    }
  }

  /// One round; the number of things done.
  int doWork() {
    int work = 0;
    try {
      if (releasing) {
        work += deleteAcknowledged();
      }
      if (spare != Spare.READY) {
        work += makeSpare();
      }
    } catch (IOException | RuntimeException e) {
      // A disk that fails: told, and tried again; the appending thread goes on while it can.
      fail(e.toString());
    }
    return work;
  }

  private void fail(String what) {
    lastError = what;
    if (spare == Spare.IN_WORK) {
      spare = Spare.NO_SPACE;
    }
  }

  /// Oldest first: after a kill in the middle, what is left has no gap.
  private int deleteAcknowledged() {
    int work = 0;
    while (isOldestAcknowledged(0)) {
      if (!deleteOldest()) {
        break;
      }
      counters.increment(KeeperCounter.SEGMENTS_RELEASED);
      work++;
    }
    return work;
  }

  /// Whether every reader is past the oldest segment. Their cursors are on disk before it is said,
  /// within a time: after a kill no sink seems to have missed what it had.
  private boolean isOldestAcknowledged(long waitNs) {
    int oldest = table.oldest();
    SpoolReader[] now = readers();
    if (oldest < 0 || oldest >= lastWritten || now.length == 0) {
      return false;
    }
    for (SpoolReader reader : now) {
      if (SpoolPosition.segment(reader.acknowledgedPosition()) <= oldest) {
        return false;
      }
    }
    if (arePast(now, oldest)) {
      return true;
    }
    cursors.wake();
    long deadlineNs = System.nanoTime() + waitNs;
    while (!closed && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(this, deadlineNs - System.nanoTime());
      if (arePast(now, oldest)) {
        return true;
      }
    }
    return arePast(now, oldest);
  }

  private static boolean arePast(SpoolReader[] readers, int segment) {
    for (SpoolReader reader : readers) {
      if (SpoolPosition.segment(reader.durablePosition()) <= segment) {
        return false;
      }
    }
    return true;
  }

  private boolean deleteOldest() {
    int oldest = table.oldest();
    if (oldest < 0 || oldest >= lastWritten) {
      return false;
    }
    // Readers look at the table first; one that maps the file at this moment keeps it mapped.
    table.removeOldest();
    if (!SpoolFiles.deleteSegment(directory.path(), oldest)) {
      lastError = "cannot delete segment " + SegmentDescriptor.nameOf(oldest);
    }
    return true;
  }

  private int makeSpare() throws IOException {
    int work = 0;
    while (isAtMaxSize() || isLowOnSpace()) {
      if (isOldestAcknowledged(CURSOR_WAIT_NS) && deleteOldest()) {
        counters.increment(KeeperCounter.SEGMENTS_RELEASED);
      } else if (settings.onFull() == SpoolSettings.OnFull.OVERRUN && deleteOldest()) {
        counters.increment(KeeperCounter.SEGMENTS_OVERRUN);
      } else {
        spare = Spare.BOUND;
        return work;
      }
      roomGiven = true;
      work++;
    }
    int number = spareNumber;
    int result = spareSegment.prepare(SegmentDescriptor.sparePathOf(directory.path(), number));
    if (result == 0) {
      roomGiven = false;
      retryNs = FIRST_RETRY_NS;
      counters.increment(KeeperCounter.SPARES);
      spare = Spare.READY;
      return work + 1;
    }
    counters.increment(KeeperCounter.SPARES_WITHOUT_SPACE);
    if (result != -ENOSPC && result != -EDQUOT) {
      lastError =
          "no room for the next segment: errno "
              + -result
              + " ("
              + io.coreaudit.kernel.FileSpace.errorText(-result)
              + ")";
    }
    spare = Spare.NO_SPACE;
    return work;
  }

  private boolean isAtMaxSize() {
    long withSpare =
        (heldSegments() + 1L) * settings.segmentSizeBytes() + SpoolFiles.METADATA_BYTES;
    return withSpare > settings.maxSizeBytesOn(directory.totalBytes());
  }

  /// One deleted segment makes room for one spare, no more: somebody else may eat what we free.
  private boolean isLowOnSpace() {
    if (settings.minFreePercent() == 0 || roomGiven) {
      return false;
    }
    long left = directory.usableBytes() - settings.segmentSizeBytes();
    return left < directory.totalBytes() / 100 * settings.minFreePercent();
  }

  /// Segments that take room: those kept, and deleted ones that a reader still has mapped.
  private int heldSegments() {
    int held = table.count();
    if (spareNumber - 1 > begun) {
      held++; // a spare that was taken, its first frame still to come
    }
    SpoolReader[] now = readers();
    for (int i = 0; i < now.length; i++) {
      int mapped = now[i].mappedSegment();
      if (mapped >= 0 && !table.holds(mapped) && !isMappedByEarlier(now, i, mapped)) {
        held++;
      }
    }
    return held;
  }

  private static boolean isMappedByEarlier(SpoolReader[] readers, int end, int segment) {
    for (int i = 0; i < end; i++) {
      if (readers[i].mappedSegment() == segment) {
        return true;
      }
    }
    return false;
  }

  /// Writes the cursors now. Any thread: a reader lets one in at a time.
  void syncCursors() {
    cursors.write();
  }

  /// Stops the threads and writes the cursors a last time.
  void close() {
    closed = true;
    wake();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cursors.close();
  }
}
