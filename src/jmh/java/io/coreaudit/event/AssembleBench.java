package io.coreaudit.event;

import io.coreaudit.ring.RecordRing;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// From five records in a receive slot to one event handed on.
///
/// | Bench | Measures | Fixture |
/// |---|---|---|
/// | stampOnly | writing a new stamp into the records: to be taken off the others | SyntheticEvent |
/// | assemble | copy into the ring, stamps, table, completion, release | SyntheticEvent, ~750 bytes |
/// | interleaved | the same, 64 events open at a time | SyntheticEvent |
///
/// Recipe: as `RecordWalkBench`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class AssembleBench {
  private static final int WINDOW = 64;

  private final Arena arena = Arena.ofShared();
  private final SyntheticEvent source = new SyntheticEvent(arena);
  private final RecordRing ring = RecordRing.allocate(32 << 20);
  private final Assembler assembler = new Assembler(ring, AssemblerMode.LIVE, this::take);
  private long records;
  private long serial;

  /// Checks the answer.
  @Setup
  public void check() {
    assemble();
    if (records != SyntheticEvent.RECORDS - 1) { // PROCTITLE ends it, EOE comes late
      throw new IllegalStateException("records=" + records);
    }
  }

  @TearDown
  public void close() {
    ring.close();
    arena.close();
  }

  private void take(AssembledEvent event) {
    records += event.recordCount();
  }

  private void stamp(long number) {
    source.stamp(1_700_000_000L + number / 25_000, (int) (number / 100 % 1000), number);
  }

  private void accept(int record) {
    assembler.accept(source.type(record), 0, 0, source.text(record), source.length(record), 0);
  }

  @Benchmark
  public void stampOnly() {
    stamp(++serial);
  }

  @Benchmark
  public long assemble() {
    stamp(++serial);
    for (int record = 0; record < SyntheticEvent.RECORDS; record++) {
      accept(record);
    }
    return records;
  }

  @Benchmark
  public long interleaved() {
    stamp(++serial);
    accept(0);
    accept(1);
    accept(2);
    stamp(serial - WINDOW);
    accept(3);
    accept(4);
    return records;
  }
}
