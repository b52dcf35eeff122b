package io.coreaudit.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordRingTest {
  private static final int SIZE = 64 * 1024;
  private static final int SOURCE = 1 << 20;

  private final Arena arena = Arena.ofShared();
  private final long source = arena.allocate(SOURCE).address();
  private final RecordRing ring = RecordRing.allocate(SIZE);

  @AfterEach
  @AfterProperty
  void close() {
    ring.close();
    arena.close();
  }

  private long append(int length) {
    return ring.append(1300, source, 0, source, length);
  }

  @Test
  void shouldKeepTypePrefixAndText() {
    for (int i = 0; i < 64; i++) {
      Memory.putByte(source + i, (byte) i);
    }
    long record = ring.append(-1, source, 10, source + 10, 20);
    assertThat(RecordDescriptor.type(record)).isEqualTo(-1);
    assertThat(RecordDescriptor.prefixLength(record)).isEqualTo(10);
    assertThat(RecordDescriptor.textLength(record)).isEqualTo(20);
    assertThat(Memory.byteAt(RecordDescriptor.prefixAddress(record) + 9)).isEqualTo((byte) 9);
    assertThat(Memory.byteAt(RecordDescriptor.textAddress(record))).isEqualTo((byte) 10);
    assertThat(Memory.byteAt(RecordDescriptor.textAddress(record) + 19)).isEqualTo((byte) 29);
    assertThat(RecordDescriptor.next(record)).isZero();
  }

  @Test
  void shouldGiveZeroWhenFullAndTakeAgainWhatWasFreed() {
    List<Long> records = new ArrayList<>();
    for (long record = append(1000); record != 0; record = append(1000)) {
      records.add(record);
    }
    assertThat(records).hasSize((int) (SIZE / RecordDescriptor.slotLength(0, 1000)));
    ring.release(records.get(1));
    assertThat(append(1000)).as("the tail is held by the first record").isZero();
    ring.release(records.get(0));
    assertThat(append(1000)).isEqualTo(records.get(0));
    assertThat(append(1000)).isEqualTo(records.get(1));
    assertThat(append(1000)).isZero();
  }

  @Test
  void shouldStartAgainAtItsBeginningWhenEmpty() {
    long first = append(100);
    for (int i = 0; i < 100_000; i++) {
      long second = append(100);
      ring.release(first);
      ring.release(second);
      assertThat(append(100)).isEqualTo(first);
    }
    assertThat(ring.highWaterBytes()).isEqualTo(2 * RecordDescriptor.slotLength(0, 100));
  }

  @Test
  void shouldNeverSplitARecordOverTheEnd() {
    int length = 10_000;
    Deque<Long> live = new ArrayDeque<>();
    for (int i = 0; i < 1000; i++) {
      long record = append(length);
      if (record == 0) {
        ring.release(live.poll());
        continue;
      }
      live.add(record);
    }
    long low = live.stream().mapToLong(Long::longValue).min().orElseThrow();
    long high = live.stream().mapToLong(Long::longValue).max().orElseThrow();
    assertThat(high - low + RecordDescriptor.slotLength(0, length)).isLessThanOrEqualTo(SIZE);
    assertThat(live).hasSize(6);
  }

  @Test
  void shouldTellWhatCanNeverFit() {
    int largest = SIZE / 4 - RecordDescriptor.HEADER_LENGTH;
    assertThat(ring.canHold(0, largest)).isTrue();
    assertThat(append(largest)).isNotZero();
    assertThat(ring.canHold(1, largest)).isFalse();
    assertThat(ring.canHold(Integer.MAX_VALUE, Integer.MAX_VALUE)).isFalse();
    assertThat(append(largest + 1)).isZero();
    assertThat(ring.canHold(0, 8970)).as("the kernel's largest record").isTrue();
  }

  @Test
  void shouldRefuseATinyRing() {
    assertThatThrownBy(() -> RecordRing.allocate(100)).hasMessageContaining("sizeBytes=100");
  }

  /// Whatever the order of appends and releases: live records keep their bytes and never overlap, a
  /// refused append means that the room was really taken.
  @Property(tries = 300)
  void shouldKeepLiveRecordsIntact(@ForAll long seed) {
    Random random = new Random(seed);
    int largest = 1 + random.nextInt(SIZE / 4 - RecordDescriptor.HEADER_LENGTH);
    List<long[]> live = new ArrayList<>(); // address, length, fill
    for (int step = 0; step < 2000; step++) {
      if (random.nextInt(5) < 3) {
        int length = random.nextInt(largest + 1);
        byte fill = (byte) step;
        Memory.fill(source, Math.max(length, 1), fill);
        long record = ring.append(step, source, length / 3, source, length - length / 3);
        if (record == 0) {
          assertThat(ring.usedBytes() + 2L * largest + 2 * RecordDescriptor.HEADER_LENGTH + 16)
              .isGreaterThan(SIZE);
        } else {
          live.add(new long[] {record, length, fill, step});
        }
      } else if (!live.isEmpty()) {
        ring.release(live.remove(random.nextInt(live.size()))[0]);
      }
      assertThat(ring.liveRecords()).isEqualTo(live.size());
    }
    for (long[] record : live) {
      assertThat(RecordDescriptor.type(record[0])).isEqualTo((int) record[3]);
      assertThat(RecordDescriptor.prefixLength(record[0]) + RecordDescriptor.textLength(record[0]))
          .isEqualTo((int) record[1]);
      for (int i = 0; i < record[1]; i++) {
        assertThat(Memory.byteAt(record[0] + RecordDescriptor.HEADER_LENGTH + i))
            .isEqualTo((byte) record[2]);
      }
    }
    while (!live.isEmpty()) {
      ring.release(live.remove(random.nextInt(live.size()))[0]);
    }
    assertThat(ring.usedBytes()).isZero();
  }
}
