package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Steps that the tests of a spool share: append and read numbered frames, wait for the keeper.
final class SpoolProbe {
  private final NumberedFrames frames = new NumberedFrames();

  /// Appends frames of consecutive numbers; all must be taken.
  void append(Spool spool, long from, long to, int length) {
    for (long seq = from; seq <= to; seq++) {
      assertThat(offer(spool, seq, length)).as("append of seq " + seq).isTrue();
    }
    spool.signalReaders();
  }

  boolean offer(Spool spool, long seq, int length) {
    int made = frames.make(seq, length);
    return spool.append(frames.address(), made);
  }

  /// Offers frames of consecutive numbers as one batch.
  boolean offerBatch(Spool spool, FrameBatch batch, long from, long to, int length) {
    batch.clear();
    for (long seq = from; seq <= to; seq++) {
      add(batch, seq, length);
    }
    return spool.append(batch);
  }

  /// Adds frames to a batch until the next does not fit; the last number added.
  long stage(FrameBatch batch, long from, int length) {
    batch.clear();
    long seq = from;
    while (batch.hasRoom(length)) {
      add(batch, seq++, length);
    }
    return seq - 1;
  }

  void add(FrameBatch batch, long seq, int length) {
    int made = frames.make(seq, length);
    Memory.copy(frames.address(), batch.address() + batch.nextOffset(), made);
    batch.add(made);
  }

  /// Appends full batches of consecutive numbers, the last one as it comes; all must be taken.
  void appendBatches(Spool spool, long from, long to, int length) {
    try (FrameBatch batch = spool.newBatch()) {
      for (long seq = from; seq <= to; ) {
        batch.clear();
        while (seq <= to && batch.hasRoom(length)) {
          add(batch, seq++, length);
        }
        assertThat(spool.append(batch)).as("append up to seq " + (seq - 1)).isTrue();
      }
    }
    spool.signalReaders();
  }

  /// Appends until a frame is refused; the last number taken.
  long fill(Spool spool, long from, int length) {
    long seq = from;
    while (offer(spool, seq, length)) {
      seq++;
    }
    spool.signalReaders();
    return seq - 1;
  }

  /// Reads frames of consecutive numbers, each the right one.
  void read(SpoolReader reader, long from, long to) {
    for (long seq = from; seq <= to; seq++) {
      assertThat(reader.next()).as("next for seq " + seq).isTrue();
      assertThat(reader.frame().seq()).isEqualTo(seq);
      assertThat(isRight(reader)).as("content of seq " + seq).isTrue();
    }
  }

  boolean isRight(SpoolReader reader) {
    return frames.isRight(reader.frame());
  }

  boolean isRight(FrameFlyweight frame) {
    return frames.isRight(frame);
  }

  static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as("waiting for: " + what).isNegative();
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
