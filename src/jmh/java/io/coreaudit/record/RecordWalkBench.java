package io.coreaudit.record;

import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
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

/// Walks a SYSCALL record of 295 bytes and 26 fields.
///
/// | Bench | Measures | Fixture |
/// |---|---|---|
/// | walk | every field: name word, value bounds | 1024 copies, so that no branch is learnt by heart |
/// | index | the same by FieldIndex, values cut | the same |
/// | call | what intake wants of it | the same |
/// | scan | finding blanks and `=`, eight bytes at a time, nothing else: the floor | the same |
/// | stamp | the stamp | the same |
///
/// Recipe: `src/bench/jmh.sh RecordWalkBench`, or the class path of `mvn test-compile` and
/// `org.openjdk.jmh.Main RecordWalkBench`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class RecordWalkBench {
  private static final int COPIES = 1024;
  private static final int FIELDS = 26;
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private final Arena arena = Arena.ofShared();
  private final RecordFlyweight record = new RecordFlyweight();
  private final FieldIndex index = new FieldIndex();
  private final CallFields call = new CallFields();
  private final long[] addresses = new long[COPIES];
  private final int[] lengths = new int[COPIES];
  private int next;

  /// Lays the records out, each a little different, and checks the answers.
  @Setup
  public void layOut() {
    for (int i = 0; i < COPIES; i++) {
      int pid = 100 + i * 97;
      byte[] text =
          ("audit(1795321989.984:"
                  + (3000 + i * 31)
                  + "): arch=c000003e syscall="
                  + i % 330
                  + " success=yes exit="
                  + i % 70
                  + " a0=ffffff9c a1=7ffe4ad3f7b1 a2=0 a3=0 items=1 ppid="
                  + (pid - 50)
                  + " pid="
                  + pid
                  + " auid=4294967295 uid="
                  + (i % 3) * 1000
                  + " gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295"
                  + " comm=\"cat\" exe=\"/usr/bin/cat\" subj=kernel key=\"openshift_secret\"")
              .getBytes(StandardCharsets.US_ASCII);
      addresses[i] = arena.allocateFrom(ValueLayout.JAVA_BYTE, text).address();
      lengths[i] = text.length;
    }
    for (int i = 0; i < COPIES; i++) {
      record.wrap(addresses[i], lengths[i]);
      record.rewind();
      int fields = 0;
      while (record.next()) {
        fields++;
      }
      if (fields != FIELDS || !record.parseStamp()) {
        throw new IllegalStateException("fields=" + fields);
      }
    }
  }

  @TearDown
  public void close() {
    arena.close();
  }

  @Benchmark
  public long walk() {
    int i = next++ & COPIES - 1;
    record.wrap(addresses[i], lengths[i]);
    record.rewind();
    long sum = 0;
    while (record.next()) {
      sum += record.nameWord() ^ record.valueAddress() + record.valueLength();
    }
    return sum;
  }

  @Benchmark
  public int index() {
    int i = next++ & COPIES - 1;
    index.read(addresses[i], lengths[i], true);
    return index.count();
  }

  @Benchmark
  public int call() {
    int i = next++ & COPIES - 1;
    call.read(RecordType.SYSCALL, addresses[i], lengths[i], true);
    return call.items();
  }

  @Benchmark
  public long scan() {
    int i = next++ & COPIES - 1;
    long p = addresses[i];
    long end = p + lengths[i];
    long sum = 0;
    for (; end - p >= 8; p += 8) {
      long word = Memory.longAt(p);
      long matches = zeros(word ^ ONES * ' ') | zeros(word ^ ONES * '=');
      while (matches != 0) {
        sum += p + (Long.numberOfTrailingZeros(matches) >>> 3);
        matches &= matches - 1;
      }
    }
    return sum;
  }

  private static long zeros(long x) {
    return (x - ONES) & ~x & HIGHS;
  }

  @Benchmark
  public long stamp() {
    int i = next++ & COPIES - 1;
    record.wrap(addresses[i], lengths[i]);
    return record.parseStamp() ? record.serial() : 0;
  }
}
