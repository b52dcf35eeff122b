package io.coreaudit.spool;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.PointerBytesStore;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.impl.single.TableStoreWriteLock;
import net.openhft.chronicle.queue.impl.table.AbstractTSQueueLock;
import net.openhft.chronicle.queue.impl.table.Metadata;
import net.openhft.chronicle.queue.impl.table.SingleTableBuilder;

/// Chronicle Queue behind its fence: the only class that knows it.
///
/// Chronicle rolls by time and lets files grow with holes. Here its clock is our segment number,
/// and whoever calls `append` has made sure that the bytes have blocks on disk. Messages are
/// written from memory that is complete, so nothing can throw half-way. One thread appends.
final class ChronicleStore implements AutoCloseable {
  private static final RollCycles ROLL_CYCLE = RollCycles.FIVE_MINUTELY;
  private static final long LOCK_TIMEOUT_MS = 2000;
  private static final String WRITE_LOCK = "chronicle.write.lock";
  private static final String APPEND_LOCK = TableStoreWriteLock.APPEND_LOCK_KEY;
  private static final long UNLOCKED = AbstractTSQueueLock.UNLOCKED;

  static {
    quiet("chronicle.analytics.disable");
    quiet("chronicle.announcer.disable");
    quiet("chronicle.disk.monitor.disable");
  }

  private final SingleChronicleQueue queue;
  private final ExcerptAppender appender;
  private final PointerBytesStore payload = BytesStore.nativePointer();
  private volatile int segment;

  /// Opens the queue at a segment. The directory has been through `SpoolRecovery`.
  ChronicleStore(Path directory, int blockSizeBytes, int firstSegment) {
    segment = firstSegment;
    TimeProvider clock = () -> segment * (long) ROLL_CYCLE.lengthInMillis();
    queue =
        SingleChronicleQueueBuilder.binary(directory)
            .rollCycle(ROLL_CYCLE)
            .timeProvider(clock)
            .blockSize(blockSizeBytes)
            .timeoutMS(LOCK_TIMEOUT_MS)
            .build();
    try {
      appender = queue.createAppender();
      // Made by the thread that opens, used by the one that appends.
      appender.singleThreadedCheckDisabled(true);
    } catch (RuntimeException | Error e) {
      queue.close();
      throw e;
    }
  }

  /// Frees the locks that a killed process left in Chronicle's table.
  ///
  /// Chronicle frees those of a process that is gone, but takes a process of the same number (1 in
  /// a container) for itself and waits for ever.
  static void clearStaleLocks(Path metadata) {
    SingleChronicleQueueBuilder.addAliases();
    try (var table = SingleTableBuilder.binary(metadata, Metadata.NoMeta.INSTANCE).build()) {
      table.doWithExclusiveLock(
          locks -> {
            // Not TableStoreWriteLock.forceUnlock: it logs a stack trace after every kill.
            locks.acquireValueFor(WRITE_LOCK, UNLOCKED).setVolatileValue(UNLOCKED);
            locks.acquireValueFor(APPEND_LOCK, UNLOCKED).setVolatileValue(UNLOCKED);
            return null;
          });
    }
  }

  /// The segment that the next message goes to.
  int segment() {
    return segment;
  }

  /// Ends the segment. The next message goes to the next one, whose spare file must be there.
  void roll() {
    segment = segment + 1;
  }

  /// Writes one message; where in the segment it ends.
  long append(long address, int length) {
    payload.set(address, length);
    appender.writeBytes(payload);
    return appender.wire().bytes().writePosition();
  }

  @Override
  public void close() {
    appender.close();
    queue.close();
  }

  private static void quiet(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, "true");
    }
  }
}
