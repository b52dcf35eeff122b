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
/// | read | wall time of one `next` with its CRC check and `acknowledge` | a spool of 64 MiB, read again and again |
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
    frameLength = writer.finish(0, 3, 1, 2, 3);
    if (frameLength != lengthBytes) {
      throw new IllegalStateException("frame of " + frameLength + " bytes");
    }
    reader = spool.reader("bench");
    for (long filled = 0; filled < 64 << 20; filled += frameLength) {
      if (!spool.append(frame, frameLength)) {
        throw new IllegalStateException("refused");
      }
    }
    start = reader.position();
    if (!reader.next() || reader.frame().length() != lengthBytes) {
      throw new IllegalStateException("not what was written");
    }
  }

  /// Closes and deletes.
  @TearDown(Level.Trial)
  public void close() throws IOException {
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
