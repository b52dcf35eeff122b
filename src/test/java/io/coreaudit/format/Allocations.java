package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.coreaudit.frame.FrameFlyweight;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;

/// Holds encoders to allocating nothing, once their buffers have met the event.
final class Allocations {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM = 2000;
  private static final int COUNTED = 1000;

  private Allocations() {}

  /// Fails if encoding one of a text's events allocates.
  static void assertNone(String text, EventEncoder... encoders) {
    ByteOutput out = new ByteOutput(1024);
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena)
          .each(
              text,
              frame -> {
                for (EventEncoder encoder : encoders) {
                  repeat(encoder, frame, out, WARM);
                  long before = THREADS.getCurrentThreadAllocatedBytes();
                  repeat(encoder, frame, out, COUNTED);
                  long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
                  assertThat((double) allocated / COUNTED).as(text).isLessThan(1);
                }
              });
    }
  }

  private static void repeat(
      EventEncoder encoder, FrameFlyweight frame, ByteOutput out, int times) {
    for (int i = 0; i < times; i++) {
      out.clear();
      encoder.encode(frame, out);
    }
  }
}
