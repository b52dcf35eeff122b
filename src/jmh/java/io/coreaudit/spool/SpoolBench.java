package io.coreaudit.spool;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameDescriptor;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What a frame costs on its way into the spool and out of it.
///
/// | Bench | Measures | Fixture |
/// |---|---|---|
/// | append | wall time of one `append`, rolls included | one frame of `lengthBytes`, spool of 128 MiB in the temporary directory that overruns |
/// | appendBatched | the same of a frame in a batch, whole batches appended; both are bound by the keeper, who makes segments, and by the file system | the frame lies in the batch's block already |
/// | turn, turnBatched | the same for 100 frames after a rest of 3 ms, as in a turn of the intake thread: what the thread itself pays | one frame each, or as batches |
/// | read | wall time of one `next` with its CRC check and `acknowledge` | a spool of 64 MiB, written in batches, read again and again |
///
/// Recipe: `java -cp ... org.openjdk.jmh.Main SpoolBench` with the JVM flags of the root pom's
/// `jvm.access`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class SpoolBench {
  private static final int TURN = 100;

  /// Length of the frame.
  @Param({"500", "1024"})
  public int lengthBytes;

  private final Arena arena = Arena.ofShared();
  private Path directory;
  private Spool spool;
  private SpoolReader reader;
  private long start;
  private long frame;
  private int frameLength;
  private FrameBatch batch;

  /// Opens a spool and fills it, so that `read` has something to read.
  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = Files.createTempDirectory("spool-bench");
    spool =
        Spool.open(
            new SpoolSettings(
                directory.resolve("spool"), 128 << 20, 0, 8 << 20, SpoolSettings.OnFull.OVERRUN));
    frame = arena.allocate(lengthBytes, 8).address();
    FrameWriter writer = new FrameWriter(frame, lengthBytes);
    writer.begin(EventKind.AUDIT, 1, 2, 3, 0, 4);
    long text = arena.allocate(lengthBytes, 8).address();
    Memory.fill(text, lengthBytes, (byte) 'a');
    writer.record(
        1300,
        0,
        0,
        text,
        lengthBytes - FrameDescriptor.HEADER_LENGTH - FrameDescriptor.RECORD_HEADER_LENGTH);
    frameLength = writer.finish(0, 1, 2, 3);
    if (frameLength != lengthBytes) {
      throw new IllegalStateException("frame of " + frameLength + " bytes");
    }
    reader = spool.reader("bench");
    batch = spool.newBatch();
    while (batch.hasRoom(frameLength)) {
      Memory.copy(frame, batch.address() + batch.nextOffset(), frameLength);
      batch.add(frameLength);
    }
    for (long filled = 0; filled < 64 << 20; filled += batch.frameBytes()) {
      if (!spool.append(batch)) {
        throw new IllegalStateException("refused");
      }
    }
    batch.clear();
    start = reader.position();
    if (!reader.next() || reader.frame().length() != lengthBytes) {
      throw new IllegalStateException("not what was written");
    }
  }

  /// Closes and deletes.
  @TearDown(Level.Trial)
  public void close() throws IOException {
    batch.close();
    reader.close();
    spool.close();
    arena.close();
    try (var files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(SpoolFiles::delete);
    }
  }

  /// One frame in.
  @Benchmark
  public boolean append() {
    return spool.append(frame, frameLength);
  }

  /// One frame in, together with others.
  @Benchmark
  public boolean appendBatched() {
    boolean taken = true;
    if (!batch.hasRoom(frameLength)) {
      taken = spool.append(batch);
      batch.clear();
    }
    batch.add(frameLength);
    return taken;
  }

  /// A rest before each turn, so that the keeper is not what is measured.
  @State(Scope.Thread)
  public static class Rest {
    /// Rests.
    @Setup(Level.Invocation)
    public void rest() throws InterruptedException {
      Thread.sleep(3);
    }
  }

  /// The frames of a turn, one by one.
  @Benchmark
  @OperationsPerInvocation(TURN)
  public boolean turn(Rest rest) {
    boolean taken = true;
    for (int i = 0; i < TURN; i++) {
      taken &= spool.append(frame, frameLength);
    }
    return taken;
  }

  /// The frames of a turn in batches.
  @Benchmark
  @OperationsPerInvocation(TURN)
  public boolean turnBatched(Rest rest) {
    boolean taken = true;
    batch.clear();
    for (int i = 0; i < TURN; i++) {
      if (!batch.hasRoom(frameLength)) {
        taken &= spool.append(batch);
        batch.clear();
      }
      batch.add(frameLength);
    }
    return taken & spool.append(batch);
  }

  /// One frame out.
  @Benchmark
  public int read() {
    if (!reader.next()) {
      reader.rewindTo(start);
      reader.next();
    }
    reader.acknowledge(reader.position());
    return reader.frame().length();
  }
}
