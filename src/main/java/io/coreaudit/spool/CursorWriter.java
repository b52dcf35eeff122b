package io.coreaudit.spool;

import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/// Brings the cursors of all readers to disk, twice a second and when somebody waits for it.
///
/// A thread of its own: a disk may take its time for a cursor (fdatasync) or for the room of the
/// next segment (fallocate), and neither is to hold the other up.
final class CursorWriter implements Runnable {
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Counters<KeeperCounter> counters;
  private final Thread thread;
  private Runnable written = () -> {};
  private volatile SpoolReader[] readers = {};
  private volatile LongConsumer beat = nowNs -> {};
  private volatile boolean wanted;
  private volatile boolean closed;
  private volatile String lastError = "";

  CursorWriter(Counters<KeeperCounter> counters) {
    this.counters = counters;
    this.thread = Thread.ofPlatform().daemon().name("spool-cursors").unstarted(this);
  }

  /// Starts the thread.
  ///
  /// @param onWritten called after a cursor was written
  void start(Runnable onWritten) {
    written = onWritten;
    thread.start();
  }

  /// Sets who is told of each round.
  void onTurn(LongConsumer writes) {
    beat = writes;
  }

  synchronized void add(SpoolReader reader) {
    SpoolReader[] more = Arrays.copyOf(readers, readers.length + 1);
    more[readers.length] = reader;
    readers = more;
  }

  synchronized void remove(SpoolReader reader) {
    readers = Arrays.stream(readers).filter(r -> r != reader).toArray(SpoolReader[]::new);
  }

  SpoolReader[] readers() {
    return readers;
  }

  /// Asks for the cursors to be written now.
  void wake() {
    wanted = true;
    LockSupport.unpark(thread);
  }

  String lastError() {
    return lastError;
  }

  @Override
  public void run() {
    while (!closed) {
      beat.accept(System.nanoTime());
      wanted = false;
      if (write() > 0) {
        written.run();
      }
      if (!closed && !wanted) {
        LockSupport.parkNanos(this, INTERVAL_NS);
      }
    }
  }

  /// Writes the cursors that moved; how many. Any thread: a reader lets one in at a time.
  int write() {
    int work = 0;
    for (SpoolReader reader : readers) {
      try {
        if (reader.writeCursor()) {
          count(KeeperCounter.CURSOR_WRITES);
          work++;
        }
      } catch (IOException | RuntimeException e) {
        count(KeeperCounter.CURSOR_FAILURES);
        lastError = "cannot write the cursor of sink " + reader.name() + ": " + e;
      }
    }
    return work;
  }

  /// The one counter of the keeper's that several threads write.
  private void count(KeeperCounter counter) {
    synchronized (counters) {
      counters.increment(counter);
    }
  }

  /// Stops the thread and writes the cursors a last time.
  void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    write();
  }
}
