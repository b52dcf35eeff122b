package io.coreaudit.spool;

import io.coreaudit.frame.FrameDescriptor;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/// Events on disk between the thread that accepts them and the sinks that deliver them.
///
/// What `append` took is delivered at least once to every sink whose lag stays within the bound,
/// across kill -9 and restart. What it did not take was refused for a counted reason: `OFFERED =
/// APPENDED + REFUSED_*`. The package describes how.
public final class Spool implements AutoCloseable {
  private static final Pattern CURSOR_NAME = Pattern.compile("[@A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final long SPARE_WAIT_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long SPARE_POLL_NS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final VarHandle PUBLISHED;

  static {
    try {
      PUBLISHED = MethodHandles.lookup().findVarHandle(Spool.class, "published", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SpoolSettings settings;
  private final SpoolDirectory directory;
  private final SpoolLock lock;
  private final ChronicleStore store;
  private final SegmentTable table;
  private final SpoolKeeper keeper;
  private final SpareUse spareUse;
  private final Counters<SpoolCounter> counters = new Counters<>("spool", SpoolCounter.class);
  private final Arena arena = Arena.ofShared();
  private final long part;
  private final int maxFrame;
  private final int maxMessage;
  private final SeqMark mark;
  private final SpoolTaken takenBefore;
  private final List<SpoolDamage> damages;
  private final long recoveredSeq;
  private final long recoveredBootIdHigh;
  private final long recoveredBootIdLow;

  // The appending thread's.
  private int segment;
  private int frames;
  private int messages;
  private long offset;
  private boolean rolled;
  private final FrameFlyweight newest = new FrameFlyweight();

  /// Read by others too, who may see it a moment late.
  private long newestSeq;

  @SuppressWarnings("unused") // by its VarHandle
  private long published;

  /// The keeper did not have the next segment ready within the time that an append waits.
  private volatile boolean stalled;

  /// Of the segment that was the oldest when it was last asked for.
  private volatile FirstSeq firstSeq = new FirstSeq(-1, 0);

  private record FirstSeq(int segment, long seq) {}

  private volatile String failure;
  private volatile boolean closed;

  private Spool(
      SpoolSettings settings,
      SpoolDirectory directory,
      SpoolLock lock,
      SpoolRecovery recovered,
      SpareSegment spare,
      ChronicleStore store) {
    this.settings = settings;
    this.directory = directory;
    this.lock = lock;
    this.store = store;
    this.spareUse = new SpareUse(directory.path());
    this.table = recovered.table();
    this.mark = recovered.mark();
    this.takenBefore = recovered.taken();
    this.damages = List.copyOf(recovered.damages());
    segment = recovered.segment();
    frames = recovered.frames();
    messages = recovered.messages();
    offset = recovered.offset();
    recoveredSeq = recovered.lastSeq();
    newestSeq = recoveredSeq;
    recoveredBootIdHigh = recovered.lastBootIdHigh();
    recoveredBootIdLow = recovered.lastBootIdLow();
    maxFrame = settings.maxFrameBytes();
    maxMessage = settings.maxMessageBytes();
    part = arena.allocate(maxMessage, 8).address();
    publish();
    keeper =
        new SpoolKeeper(
            settings,
            directory,
            table,
            spare,
            segment,
            frames > 0 ? segment : segment - 1,
            recovered.isSpareReady());
  }

  private static ChronicleStore openStore(SpoolSettings settings, SpoolRecovery recovered) {
    Path directory = recovered.directory();
    try {
      return new ChronicleStore(directory, settings.blockSizeBytes(), recovered.segment());
    } catch (LinkageError | OutOfMemoryError e) {
      throw e; // Not the files' fault.
    } catch (RuntimeException | Error damaged) {
      recovered.giveWay(damaged);
    }
    try {
      return new ChronicleStore(directory, settings.blockSizeBytes(), recovered.segment());
    } catch (RuntimeException | Error e) {
      throw new SpoolException(
          "spool %s: Chronicle Queue cannot open it: %s; run 'coreaudit spool verify', or move the directory away"
              .formatted(directory, e),
          e);
    }
  }

  /// Opens a spool, makes it when it is not there, and repairs what a killed process left.
  ///
  /// @throws NewerSpoolException when only a newer program can read it; nothing was changed
  /// @throws SpoolException with what is wrong, where, and what to do; a first start that fails
  ///   leaves nothing behind
  public static Spool open(SpoolSettings settings) {
    SpoolDirectory directory = SpoolDirectory.prepare(settings.dir());
    SpoolFormat.check(directory.path()); // before the lock, whose file is written to
    SpoolLock lock = null;
    SpoolRecovery recovery = null;
    try {
      lock = SpoolLock.take(directory.path());
      SpareSegment spare = new SpareSegment(settings.segmentSizeBytes());
      recovery = new SpoolRecovery(settings, directory, spare);
      recovery.run();
      ChronicleStore store = openStore(settings, recovery);
      Spool spool = new Spool(settings, directory, lock, recovery, spare, store);
      for (SpoolDamage damage : spool.damages) {
        LoggerFactory.getLogger(Spool.class)
            .warn(
                "spool {}: {} is damaged: {}; what can be read of it is delivered, events lost: {}",
                directory.path(),
                damage.path().getFileName(),
                damage.what(),
                damage.events());
      }
      if (directory.isCopyOnWrite()) {
        LoggerFactory.getLogger(Spool.class)
            .warn(
                "spool {}: {} does not keep room that was allocated ahead; a full disk may kill the"
                    + " agent here; put spool.dir on XFS, ext4 or tmpfs",
                directory.path(),
                directory.fileStore().type());
      }
      spool.keeper.start();
      return spool;
    } catch (RuntimeException | Error e) {
      if (recovery != null) {
        recovery.removeDebris();
      }
      if (lock != null) {
        if (Files.notExists(directory.path().resolve(SpoolFiles.METADATA))) {
          SpoolFiles.delete(directory.path().resolve(SpoolFiles.LOCK));
        }
        lock.close();
      }
      if (directory.created() && !SpoolFiles.delete(directory.path())) {
        e.addSuppressed(new SpoolException("spool " + directory.path() + ": is left behind"));
      }
      throw e;
    }
  }

  /// Takes one frame. Appending thread only.
  ///
  /// @return false: refused, and counted by reason; nothing of it is in the spool
  public boolean append(long frameAddress, int frameLength) {
    counters.increment(SpoolCounter.OFFERED);
    if (frameLength < FrameDescriptor.HEADER_LENGTH || frameLength > maxFrame) {
      counters.increment(SpoolCounter.REFUSED_TOO_LARGE);
      return false;
    }
    boolean inParts = frameLength > maxMessage;
    long space = inParts ? spaceOfParts(frameLength) : SegmentDescriptor.spaceOf(frameLength);
    if (!hasRoom(space, 1)) {
      return false;
    }
    try {
      if (inParts) {
        appendParts(frameAddress, frameLength);
      } else {
        appendMessage(frameAddress, frameLength);
      }
    } catch (RuntimeException | Error e) {
      fail(e, 1);
      return false;
    }
    accepted(frameAddress, 1, frameLength);
    return true;
  }

  /// Takes the frames of a batch, all or none; the batch stays as it is. Appending thread only.
  ///
  /// One frame alone lies in the spool as it would without a batch.
  ///
  /// @return false: refused, each frame counted by reason; nothing of them is in the spool
  public boolean append(FrameBatch batch) {
    int count = batch.frames();
    if (count == 1) {
      return append(batch.lastFrame(), batch.lastLength());
    }
    counters.add(SpoolCounter.OFFERED, count);
    if (!hasRoom(SegmentDescriptor.spaceOf(batch.lengthBytes()), count)) {
      return false;
    }
    try {
      batch.seal(rolled ? 0 : frames);
      appendMessage(batch.address(), batch.lengthBytes());
    } catch (RuntimeException | Error e) {
      fail(e, count);
      return false;
    }
    accepted(batch.lastFrame(), count, batch.frameBytes());
    return true;
  }

  /// An empty batch for frames of this spool. Whoever has it made closes it.
  public FrameBatch newBatch() {
    return new FrameBatch(settings.batchBytes(), maxFrame);
  }

  /// Makes room, in the next segment if need be; false: refused and counted.
  private boolean hasRoom(long space, int count) {
    if (failure != null) {
      counters.add(SpoolCounter.REFUSED_FAILED, count);
      return false;
    }
    boolean fits =
        offset < settings.segmentSizeBytes()
            && offset + space + SegmentDescriptor.TAIL_ROOM <= settings.segmentSizeBytes()
            && messages < SegmentDescriptor.MAX_MESSAGES - 64;
    return fits || roll(count);
  }

  private void appendMessage(long address, int length) {
    offset = store.append(address, length);
    messages++;
  }

  private void accepted(long lastFrame, int count, int bytes) {
    if (rolled) {
      begin();
    }
    frames += count;
    publish();
    counters.add(SpoolCounter.APPENDED, count);
    counters.add(SpoolCounter.APPENDED_BYTES, bytes);
    newestSeq = Memory.longAt(lastFrame + FrameDescriptor.SEQ);
    mark.note(newest.wrap(lastFrame, 0));
  }

  private long spaceOfParts(int frameLength) {
    int payload = maxMessage - PartDescriptor.HEADER_LENGTH;
    int parts = (frameLength + payload - 1) / payload;
    return parts * SegmentDescriptor.spaceOf(maxMessage);
  }

  private void appendParts(long frameAddress, int frameLength) {
    int at = 0;
    int number = 0;
    while (at < frameLength) {
      int bytes = Math.min(frameLength - at, maxMessage - PartDescriptor.HEADER_LENGTH);
      Memory.fill(part, PartDescriptor.HEADER_LENGTH, (byte) 0);
      Memory.putByte(part, PartDescriptor.MARK);
      Memory.putShort(part + PartDescriptor.NUMBER, (short) number);
      Memory.putInt(part + PartDescriptor.FRAME_LENGTH, frameLength);
      Memory.putInt(part + PartDescriptor.OFFSET, at);
      Memory.copy(frameAddress + at, part + PartDescriptor.HEADER_LENGTH, bytes);
      appendMessage(part, PartDescriptor.HEADER_LENGTH + bytes);
      at += bytes;
      number++;
    }
  }

  /// Notes how far the kernel's events were taken, for the process after this one. Appending
  /// thread; two stores into a page.
  ///
  /// @param serial the highest serial taken
  /// @param owedEvents events taken that are neither in the spool nor told as lost
  public void noteTaken(long serial, long owedEvents) {
    mark.noteTaken(serial, owedEvents);
  }

  /// Notes up to which serial every event is in the spool or was left out on purpose. Appending
  /// thread; a store into a page.
  public void noteSettled(long serial) {
    mark.noteSettled(serial);
  }

  /// What the process before noted last so; all zero when there was none.
  public SpoolTaken takenBefore() {
    return takenBefore;
  }

  /// Makes the next segment the one that is written to; false: there is none, counted.
  private boolean roll(int count) {
    SpoolKeeper.Spare spare = keeper.spare();
    if (spare == SpoolKeeper.Spare.IN_WORK && !stalled) {
      spare = awaitSpare();
    }
    stalled = spare == SpoolKeeper.Spare.IN_WORK;
    switch (spare) {
      case READY -> {
        if (!spareUse.take(store.segment() + 1)) {
          counters.add(SpoolCounter.REFUSED_NO_SPACE, count);
          return false;
        }
        store.roll();
        keeper.spareTaken(store.segment());
        rolled = true;
        messages = 0;
        return true;
      }
      case BOUND -> counters.add(SpoolCounter.REFUSED_BOUND, count);
      case NO_SPACE, IN_WORK -> counters.add(SpoolCounter.REFUSED_NO_SPACE, count);
    }
    return false;
  }

  /// The segment was filled faster than the keeper makes one: a moment's patience, not a refusal.
  /// Once only: while a disk hangs, what comes after is refused at once until the keeper has moved.
  private SpoolKeeper.Spare awaitSpare() {
    counters.increment(SpoolCounter.SPARE_WAITS);
    keeper.wake();
    long deadlineNs = System.nanoTime() + SPARE_WAIT_NS;
    while (keeper.spare() == SpoolKeeper.Spare.IN_WORK && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(this, SPARE_POLL_NS);
    }
    return keeper.spare();
  }

  /// The new segment has its first frame.
  private void begin() {
    rolled = false;
    int first = store.segment();
    if (table.firstOrdinal(segment) < 0 && segment < first) {
      // A reader of the empty spool stands here: what it will have been moved over is counted from
      // here, too.
      table.add(segment, 0, true);
      table.removeOldest();
    }
    long before = table.firstOrdinal(segment);
    segment = first;
    table.add(segment, before < 0 ? 0 : before + frames, true);
    frames = 0;
    counters.increment(SpoolCounter.ROLLS);
    keeper.segmentBegun(segment);
  }

  private void publish() {
    PUBLISHED.setRelease(this, SpoolPosition.of(segment, frames));
  }

  private void fail(Throwable e, int count) {
    failure = "the store failed: " + e;
    counters.increment(SpoolCounter.FAILURES);
    counters.add(SpoolCounter.REFUSED_FAILED, count);
    LoggerFactory.getLogger(Spool.class)
        .error(
            "spool {}: the store failed; frames are refused until the agent is started again",
            directory.path(),
            e);
  }

  /// Wakes the readers that wait. Appending thread, once after a batch of frames.
  public void signalReaders() {
    VarHandle.fullFence();
    for (SpoolReader reader : keeper.readers()) {
      reader.signal();
    }
  }

  /// A reader for a sink, at the sink's cursor. One reader per name at a time.
  public synchronized SpoolReader reader(String cursorName) {
    if (!CURSOR_NAME.matcher(cursorName).matches()) {
      throw new IllegalArgumentException(
          "sink name '%s': letters, digits, '.', '_' and '-' only, 100 at most"
              .formatted(cursorName));
    }
    if (closed) {
      throw new IllegalStateException("the spool is closed");
    }
    for (SpoolReader other : keeper.readers()) {
      if (other.name().equals(cursorName)) {
        throw new IllegalStateException("sink '" + cursorName + "' has a reader already");
      }
    }
    CursorFile cursor = new CursorFile(SpoolFiles.cursor(directory.path(), cursorName));
    SpoolReader reader = new SpoolReader(this, table, cursorName, cursor);
    keeper.add(reader);
    return reader;
  }

  /// Lets segments go that every reader has acknowledged; before this call they go at the bound
  /// only. To be called when each sink has its reader, so that none is missed.
  public void releaseAcknowledged() {
    keeper.releaseAcknowledged();
  }

  /// Sets who is told that the spool's threads go round, twice a second at least unless a disk
  /// hangs: the keeper, and the one that writes cursors.
  public void onTurn(LongConsumer keeper, LongConsumer cursors) {
    this.keeper.onTurn(keeper, cursors);
  }

  /// Writes the cursors of all readers down now: for an end at which the spool cannot be closed.
  /// Any thread.
  public void syncCursors() {
    keeper.syncCursors();
  }

  /// What was found damaged at the opening.
  public List<SpoolDamage> damages() {
    return damages;
  }

  /// Sequence number of the last frame that was accepted before the opening, 0: there was none.
  public long lastSeq() {
    return recoveredSeq;
  }

  /// Boot id of that frame, its upper half.
  public long lastBootIdHigh() {
    return recoveredBootIdHigh;
  }

  /// Boot id of that frame, its lower half.
  public long lastBootIdLow() {
    return recoveredBootIdLow;
  }

  /// Longest frame that is taken.
  public int maxFrameBytes() {
    return maxFrame;
  }

  /// What the appending thread counts.
  public Counters<SpoolCounter> counters() {
    return counters;
  }

  /// What the keeper counts.
  public Counters<KeeperCounter> keeperCounters() {
    return keeper.counters();
  }

  /// All readers there are.
  public List<SpoolReader> readers() {
    return List.of(keeper.readers());
  }

  /// What an append meets now. Cheap.
  public SpoolStat.State state() {
    if (failure != null) {
      return SpoolStat.State.FAILED;
    }
    return switch (keeper.spare()) {
      case READY -> spareUse.refusal().isEmpty() ? SpoolStat.State.OPEN : SpoolStat.State.NO_SPACE;
      case IN_WORK -> stalled ? SpoolStat.State.NO_SPACE : SpoolStat.State.OPEN;
      case NO_SPACE -> SpoolStat.State.NO_SPACE;
      case BOUND -> SpoolStat.State.BOUND;
    };
  }

  /// Whether an append may be taken now: the spool is open, or what the file system refused a while
  /// ago, and only an append can find out, is worth another try. Cheap.
  public boolean mayTake() {
    boolean again = keeper.spare() == SpoolKeeper.Spare.READY && spareUse.worthAnotherTry();
    return failure == null && again || state() == SpoolStat.State.OPEN;
  }

  /// How full the spool is, in percent of what it may take: with OVERRUN of what even the sink that
  /// is furthest has not read, for others are moved on; with REFUSE of what any has not. As of the
  /// last look, twice a second and at each segment that begins. Cheap.
  public int fillPercent() {
    return keeper.fillPercent();
  }

  /// The spool at this moment. Asks the file system, and reads the oldest segment when it is
  /// another than the last time.
  public SpoolStat stat() {
    List<SpoolStat.Cursor> cursors = new ArrayList<>();
    for (SpoolReader reader : keeper.readers()) {
      cursors.add(
          new SpoolStat.Cursor(
              reader.name(), reader.lagEvents(), reader.skippedEvents(), reader.corruptFrames()));
    }
    long end = table.ordinal(published());
    long begin = table.firstOrdinal(table.oldest());
    long events = Math.max(0, end - begin);
    String error = failure != null ? failure : spareUse.refusal();
    error = error.isEmpty() ? keeper.lastError() : error;
    return new SpoolStat(
        directory.path(),
        state(),
        table.count(),
        bytes(),
        settings.maxSizeBytesOn(keeper.fileSystemBytes()),
        Math.max(0, directory.usableBytes()),
        Math.max(0, directory.totalBytes()),
        events,
        firstSeq(),
        newestSeq,
        error,
        cursors);
  }

  private long firstSeq() {
    int oldest = table.oldest();
    if (oldest < 0) {
      return 0;
    }
    FirstSeq known = firstSeq;
    if (known.segment != oldest || known.seq == 0) {
      known = new FirstSeq(oldest, firstSeqOf(oldest));
      firstSeq = known;
    }
    return known.seq;
  }

  private long firstSeqOf(int oldest) {
    try (FrameWalker walker = new FrameWalker()) {
      walker.open(new SegmentMap(SpoolFiles.segment(directory.path(), oldest)));
      while (walker.next()) {
        if (walker.isWhole()) {
          return new FrameFlyweight().wrap(walker.frameAddress(), walker.frameLength()).seq();
        }
      }
      return 0;
    } catch (IOException e) {
      return 0; // it was deleted at this moment
    }
  }

  private long bytes() {
    int spare = keeper.spare() == SpoolKeeper.Spare.READY ? 1 : 0;
    return (long) (table.count() + spare) * settings.segmentSizeBytes() + SpoolFiles.METADATA_BYTES;
  }

  long published() {
    return (long) PUBLISHED.getAcquire(this);
  }

  Path directory() {
    return directory.path();
  }

  void segmentAcknowledged() {
    keeper.wake();
  }

  void remove(SpoolReader reader) {
    keeper.remove(reader);
    keeper.wake();
  }

  /// Writes the cursors down and closes. The appending thread has ended; a reader that still reads
  /// may finish, and is closed by its own thread.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    keeper.close();
    for (SpoolReader reader : keeper.readers()) {
      reader.closeCursor();
    }
    store.close();
    mark.close();
    arena.close();
    lock.close();
  }
}
