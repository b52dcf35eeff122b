package io.coreaudit.spool;

import io.coreaudit.kernel.Errno;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

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

  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long CURSOR_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FIRST_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LAST_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(250);

  /// As many full segments wait for a moment when all is well.
  private static final int LEAST_WAITING = 3;

  /// Cursors that are not of sinks are called so.
  private static final char OWN_READER = '@';

  private final SpoolSettings settings;
  private final SpoolDirectory directory;
  private final SegmentTable table;
  private final SpareSegment spareSegment;
  private final Counters<KeeperCounter> counters =
      new Counters<>("spool_keeper", KeeperCounter.class);
  private final CursorWriter cursors = new CursorWriter(counters);
  private final Thread thread;

  private volatile LongConsumer beat = nowNs -> {};
  private volatile boolean releasing;
  private volatile boolean closed;
  private volatile Spare spare;
  private volatile int spareNumber;
  private volatile String lastError = "";

  /// The last segment that holds a frame: the sequence goes on from it, so it stays.
  private volatile int lastWritten;

  /// The newest segment in the table.
  private volatile int begun;

  /// Segments that were given up and could not be deleted: they still take room.
  private int[] undeleted = {};

  /// Size of the file system, as it last said.
  private volatile long fileSystemBytes = Long.MAX_VALUE;

  private volatile int fillPercent;

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

  /// Sets who is told of each round of this thread, and of each round of the one for cursors.
  void onTurn(LongConsumer keeps, LongConsumer writes) {
    beat = keeps;
    cursors.onTurn(writes);
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
      beat.accept(System.nanoTime());
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
      deleteAgain();
      if (releasing) {
        work += deleteAcknowledged();
      }
      if (spare != Spare.READY) {
        work += makeSpare();
      }
      fillPercent = fill();
    } catch (IOException | RuntimeException e) {
      // A disk that fails: told, and tried again; the appending thread goes on while it can.
      fail(e.toString());
    }
    return work;
  }

  int fillPercent() {
    return fillPercent;
  }

  /// Full segments that wait, beside the one that is written, of those that there is room for.
  private int fill() {
    int kept = table.count() - 1;
    int waiting =
        settings.onFull() == SpoolSettings.OnFull.REFUSE ? kept : Math.min(kept, behindForemost());
    if (waiting < LEAST_WAITING) {
      return 0;
    }
    // Beside them there are one that is written, the spare, and deleted ones that still take room.
    int beside = 2 + heldSegments() - table.count();
    long most =
        (settings.maxSizeBytesOn(fileSystemBytes()) - SpoolFiles.METADATA_BYTES)
                / settings.segmentSizeBytes()
            - beside;
    long usable = directory.usableBytes();
    if (usable != SpoolDirectory.UNKNOWN && fileSystemBytes != Long.MAX_VALUE) {
      long free = usable - fileSystemBytes / 100 * settings.minFreePercent();
      most = Math.min(most, kept + Math.max(0, free / settings.segmentSizeBytes()));
    }
    return (int) Math.min(100, waiting * 100L / Math.max(1, most));
  }

  /// How many segments were begun since the one where the furthest sink reads: what it has sent and
  /// may have to send again is not what fills the spool. A sink that is sent less than half of what
  /// another is does not count: it passes what it is not sent, and so is far ahead of one for which
  /// the spool is there. The agent's own readers are none.
  private int behindForemost() {
    int mostSent = 0;
    for (SpoolReader reader : readers()) {
      if (isSinks(reader)) {
        mostSent = Math.max(mostSent, reader.sentPercent());
      }
    }
    int foremost = -1;
    for (SpoolReader reader : readers()) {
      if (isSinks(reader) && 2 * reader.sentPercent() >= mostSent) {
        int acknowledged = SpoolPosition.segment(reader.acknowledgedPosition());
        foremost = Math.max(foremost, Math.max(acknowledged, reader.mappedSegment()));
      }
    }
    return foremost < 0 ? 0 : begun - foremost;
  }

  private static boolean isSinks(SpoolReader reader) {
    return reader.name().charAt(0) != OWN_READER;
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
      releaseOldest();
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
    if (oldest < 0 || oldest >= lastWritten || Arrays.stream(now).noneMatch(SpoolKeeper::isSinks)) {
      return false; // a sink may come, and begins with the oldest that there is
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

  /// Takes the oldest segment, which nobody needs, out of the table. One that cannot be deleted
  /// takes room still, and is tried again.
  private void releaseOldest() {
    int oldest = table.oldest();
    // Readers look at the table first; one that maps the file at this moment keeps it mapped.
    table.removeOldest();
    if (!delete(oldest)) {
      undeleted = Arrays.copyOf(undeleted, undeleted.length + 1);
      undeleted[undeleted.length - 1] = oldest;
    }
  }

  /// Gives up the oldest segment, which somebody still needs; false: it stays, for there is none
  /// that may go, or it cannot be deleted, and giving it up would make no room.
  private boolean giveUpOldest() {
    int oldest = table.oldest();
    if (oldest < 0 || oldest >= lastWritten || !delete(oldest)) {
      return false;
    }
    // A reader that comes in between finds no file, and goes on to the next as it would after.
    table.removeOldest();
    return true;
  }

  private boolean delete(int segment) {
    boolean deleted = SpoolFiles.deleteSegment(directory.path(), segment);
    if (!deleted) {
      lastError = "cannot delete segment " + SegmentDescriptor.nameOf(segment);
    }
    return deleted;
  }

  private void deleteAgain() {
    if (undeleted.length > 0) {
      undeleted =
          Arrays.stream(undeleted)
              .filter(segment -> !SpoolFiles.deleteSegment(directory.path(), segment))
              .toArray();
    }
  }

  private int makeSpare() throws IOException {
    int work = 0;
    while (isAtMaxSize() || isLowOnSpace()) {
      if (isOldestAcknowledged(CURSOR_WAIT_NS)) {
        releaseOldest();
        counters.increment(KeeperCounter.SEGMENTS_RELEASED);
      } else if (settings.onFull() == SpoolSettings.OnFull.OVERRUN && giveUpOldest()) {
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
    if (result != -Errno.ENOSPC && result != -Errno.EDQUOT) {
      lastError =
          "no room for the next segment: errno " + -result + " (" + Errno.text(-result) + ")";
    }
    spare = Spare.NO_SPACE;
    return work;
  }

  private boolean isAtMaxSize() {
    long withSpare =
        (heldSegments() + 1L) * settings.segmentSizeBytes() + SpoolFiles.METADATA_BYTES;
    return withSpare > settings.maxSizeBytesOn(fileSystemBytes());
  }

  /// Asks the file system; when it does not answer, what it last said holds.
  long fileSystemBytes() {
    long now = directory.totalBytes();
    if (now == SpoolDirectory.UNKNOWN) {
      lastError = "the file system does not say how large it is";
    } else {
      fileSystemBytes = now;
    }
    return fileSystemBytes;
  }

  /// One deleted segment makes room for one spare, no more: somebody else may eat what we free.
  private boolean isLowOnSpace() {
    if (settings.minFreePercent() == 0 || roomGiven) {
      return false;
    }
    long usable = directory.usableBytes();
    long total = fileSystemBytes();
    if (usable == SpoolDirectory.UNKNOWN || total == Long.MAX_VALUE) {
      // Nothing goes because of a bound that cannot be judged.
      lastError = "the file system does not say how much room it has";
      return false;
    }
    return usable - settings.segmentSizeBytes() < total / 100 * settings.minFreePercent();
  }

  /// Segments that take room: those kept, those that could not be deleted, and deleted ones that a
  /// reader still has mapped.
  private int heldSegments() {
    int held = table.count() + undeleted.length;
    if (spareNumber - 1 > begun) {
      held++; // a spare that was taken, its first frame still to come
    }
    SpoolReader[] now = readers();
    for (int i = 0; i < now.length; i++) {
      int mapped = now[i].mappedSegment();
      if (mapped >= 0
          && !table.holds(mapped)
          && !isMappedByEarlier(now, i, mapped)
          && !isUndeleted(mapped)) {
        held++;
      }
    }
    return held;
  }

  private boolean isUndeleted(int segment) {
    return Arrays.stream(undeleted).anyMatch(other -> other == segment);
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
