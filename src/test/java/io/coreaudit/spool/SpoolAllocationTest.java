package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nothing is allocated per frame, neither by the appending nor by a reading thread. Chronicle
/// allocates some 300 bytes for each block of 1 MiB that it maps, which spread over the frames are
/// 0.15 bytes each. A roll, once in 8 MiB, allocates 10 to 30 KB (Chronicle opens a file and lists
/// the directory, the reader maps the file) and is left out here.
@Timeout(120)
final class SpoolAllocationTest {
  private static final int LENGTH = 500;
  private static final int FRAMES = 10_000;

  @TempDir Path temp;

  @Test
  void shouldAllocateNothingPerFrame() {
    SpoolSettings settings =
        new SpoolSettings(
            temp.resolve("spool"), 256L << 20, 0, 8 << 20, SpoolSettings.OnFull.OVERRUN);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    NumberedFrames frames = new NumberedFrames();
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      long appendBytes = 0;
      long readBytes = 0;
      long seq = 0;
      for (int round = 0; round < 12; round++) {
        appendBytes = 0;
        readBytes = 0;
        int rolls = 0;
        for (int i = 0; i < FRAMES; i++) {
          int length = frames.make(++seq, LENGTH);
          long rollsBefore = spool.counters().value(SpoolCounter.ROLLS);
          long before = threads.getCurrentThreadAllocatedBytes();
          boolean taken = spool.append(frames.address(), length);
          spool.signalReaders();
          long after = threads.getCurrentThreadAllocatedBytes();
          boolean read = reader.next();
          reader.acknowledge(reader.position());
          long end = threads.getCurrentThreadAllocatedBytes();
          assertThat(taken & read).isTrue();
          if (spool.counters().value(SpoolCounter.ROLLS) == rollsBefore) {
            appendBytes += after - before;
            readBytes += end - after;
          } else {
            rolls++;
          }
        }
        assertThat(rolls).isLessThan(3);
      }
      assertThat(appendBytes).as("bytes for %d appends", FRAMES).isLessThan(FRAMES / 2);
      assertThat(readBytes).as("bytes for %d reads", FRAMES).isLessThan(FRAMES / 10);
    }
  }
}
