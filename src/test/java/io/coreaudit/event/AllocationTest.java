package io.coreaudit.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.ring.RecordRing;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// The way from the ring through the assembler and over every field allocates nothing.
class AllocationTest {
  private static final int EVENTS = 200_000;
  private static final double LARGEST_BYTES_PER_EVENT = 1.0;

  private final RecordFlyweight fields = new RecordFlyweight();
  private long valueBytes;
  private long events;

  private void walk(AssembledEvent event) {
    events++;
    event.rewind();
    while (event.next()) {
      fields.wrap(event.textAddress(), event.textLength());
      fields.rewind();
      while (fields.next()) {
        valueBytes += fields.valueLength();
      }
    }
  }

  @Test
  void shouldAllocateNothingPerEvent() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined();
        RecordRing ring = RecordRing.allocate(1 << 20)) {
      SyntheticEvent source = new SyntheticEvent(arena);
      Assembler assembler = new Assembler(ring, AssemblerMode.LIVE, this::walk);
      feed(assembler, source, 1, 20_000);
      long before = threads.getCurrentThreadAllocatedBytes();
      feed(assembler, source, 20_001, EVENTS);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat((double) allocated / EVENTS).isLessThan(LARGEST_BYTES_PER_EVENT);
      assertThat(events).isEqualTo(20_000 + EVENTS - EVENTS / 1000 - 20);
      assertThat(assembler.gaps().lostEvents()).isEqualTo(EVENTS / 1000 + 20);
      assertThat(valueBytes).isGreaterThan(EVENTS * 100L);
    }
  }

  // Every thousandth event is lost, every tenth has no end and times out.
  private static void feed(
      Assembler assembler, SyntheticEvent source, long firstSerial, int count) {
    for (int i = 0; i < count; i++) {
      long now = (firstSerial + i) * 1_000_000L;
      long serial = firstSerial + i;
      source.stamp(1_700_000_000L + serial / 1000, (int) (serial % 1000), serial);
      if (i % 1000 != 999) {
        int records = i % 10 == 3 ? 3 : SyntheticEvent.RECORDS;
        for (int r = 0; r < records; r++) {
          assembler.accept(source.type(r), 0, 0, source.text(r), source.length(r), now);
        }
      }
      assembler.onTick(now);
    }
    assembler.flush();
    assembler.gaps().closeUpTo(firstSerial + count - 1);
  }
}
