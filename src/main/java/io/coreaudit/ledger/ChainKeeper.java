package io.coreaudit.ledger;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// The role that keeps the chain: reads what was accepted, links it, and writes down how far it is.
/// What it could not read ends the chain; the next begins behind it. So does a boot that ended
/// without the agent's `stop`: whether its last events are those that the chain has is known by
/// none.
public final class ChainKeeper implements AutoCloseable {
  /// Name of its cursor in the spool, which no sink can have.
  public static final String CURSOR = "@chain";

  /// Name of its file, beside the spool's.
  public static final String FILE = "chain";

  /// How its thread is called.
  public static final String THREAD = "chain";

  /// While events come it reads them this often: each time costs a write of its file.
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /// Of that many it reads at once: they hold back what the spool may delete.
  private static final int MOST_WAITING = 4096;

  /// How long it rests when none come; less than who waits for its signs of life does.
  private static final Duration REST = Duration.ofSeconds(30);

  private final SpoolReader reader;
  private final ChainFile file;
  private final Consumer<String> problem;
  private final EventDigest digest = new EventDigest();
  private final byte[] of = new byte[EventDigest.BYTES];
  private final byte[] hash = new byte[EventDigest.BYTES];
  private final Thread thread = new Thread(this::run, THREAD);
  private LongConsumer beat = _ -> {};
  private Runnable rests = () -> {};
  private UUID boot;
  private UUID fromBoot;
  private long fromSeq;
  private long seq; // 0: no event yet
  private boolean stopped; // that event is a `stop`
  private String told;
  private volatile ChainMark mark;
  private volatile boolean stopping;

  /// Goes on with the chain that a file holds.
  ///
  /// @param reader reads the spool from where the file leaves off, or before
  /// @param file where the chain waits for the next start
  /// @param problem is told a sentence when the file cannot be used, once until it can
  public ChainKeeper(SpoolReader reader, Path file, Consumer<String> problem) {
    this.reader = reader;
    this.file = new ChainFile(file);
    this.problem = problem;
    thread.setDaemon(true);
    try {
      ChainFile.Saved saved = this.file.read();
      if (saved != null) {
        mark = saved.mark();
        fromBoot = mark.fromBoot();
        fromSeq = mark.fromSeq();
        boot = mark.boot();
        seq = mark.seq();
        System.arraycopy(HexFormat.of().parseHex(mark.hash()), 0, hash, 0, hash.length);
        stopped = saved.stopped() && forgetStop();
      }
    } catch (IOException e) {
      tell("cannot be read, so the chain of hashes begins anew: " + e.getMessage());
    }
  }

  /// Takes the `stop` out of the file, for good before there is an event behind it: a power cut
  /// that takes that event from the spool must not bring the `stop` back.
  private boolean forgetStop() {
    try {
      file.write(new ChainFile.Saved(mark, false));
      file.force();
      return true;
    } catch (IOException e) {
      tellUnwritten(e);
      return false;
    }
  }

  /// Has signs of life told. Before `start`.
  public void onTurn(LongConsumer beat, Runnable rests) {
    this.beat = beat;
    this.rests = rests;
  }

  /// Starts its thread.
  public void start() {
    thread.start();
  }

  /// How far the chain is; null before the first event. Any thread.
  public ChainMark mark() {
    return mark;
  }

  private void run() {
    while (!stopping) {
      rests.run();
      boolean more = reader.await(REST.toNanos());
      if (more && !stopping) {
        pause();
      }
      beat.accept(System.nanoTime());
      readAll();
    }
    readAll(); // what came since, and all when it was told to stop before its first turn
  }

  // Not by interrupt: that would close the files of the spool under the reader.
  private void pause() {
    long until = System.nanoTime() + PAUSE.toNanos();
    while (!stopping && System.nanoTime() - until < 0 && reader.lagEvents() < MOST_WAITING) {
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        stopping = true;
      }
    }
  }

  /// Links what is there, and writes down how far it came.
  void readAll() {
    boolean any = false;
    try {
      while (reader.next()) {
        any |= add(reader.frame());
        beat.accept(System.nanoTime());
      }
    } catch (SpoolException | InternalError e) { // the latter: the disk fails under a mapped file
      tell("waits: " + e.getMessage());
    }
    if (any) {
      keep();
    }
  }

  private boolean add(FrameFlyweight frame) {
    boolean sameBoot =
        boot != null
            && frame.bootIdHigh() == boot.getMostSignificantBits()
            && frame.bootIdLow() == boot.getLeastSignificantBits();
    if (sameBoot && frame.seq() <= seq) {
      return false; // read again after a kill: linked already
    }
    if (!sameBoot) {
      boot = new UUID(frame.bootIdHigh(), frame.bootIdLow());
      if (!stopped || frame.seq() != 1) {
        begin(frame.seq());
      }
    } else if (frame.seq() != seq + 1) {
      begin(frame.seq());
    }
    digest.of(frame, of);
    digest.link(hash, of);
    seq = frame.seq();
    stopped = frame.kind() == EventKind.STOP;
    return true;
  }

  private void begin(long first) {
    Arrays.fill(hash, (byte) 0);
    fromBoot = boot;
    fromSeq = first;
  }

  private void keep() {
    mark = new ChainMark(fromBoot, fromSeq, boot, seq, HexFormat.of().formatHex(hash));
    try {
      file.write(new ChainFile.Saved(mark, stopped));
      told = null;
    } catch (IOException e) {
      tellUnwritten(e);
    }
    // Also then: where the disk is full, segments must be free to go.
    reader.acknowledge(reader.position());
  }

  private void tellUnwritten(IOException e) {
    tell("cannot be written, so the next start begins the chain anew: " + e.getMessage());
  }

  private void tell(String text) {
    if (!text.equals(told)) {
      told = text;
      problem.accept(text);
    }
  }

  /// Ends the thread; what was accepted until now is linked first, as far as time allows.
  ///
  /// @return whether it ended in time: else the reader is still in use
  public boolean stop(Duration patience) throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    return !thread.isAlive() || thread.join(patience);
  }

  /// Lets go of the spool. Its thread has ended.
  @Override
  public void close() {
    reader.close();
  }
}
