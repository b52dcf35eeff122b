package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.frame.FrameFlyweight;
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
