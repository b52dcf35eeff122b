package io.coreaudit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SerialGapsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long WRAP = 1L << 32;

  private final SerialGaps gaps = new SerialGaps();

  private void serials(long from, long to) {
    for (long serial = from; serial <= to; serial++) {
      gaps.onSerial(serial & WRAP - 1);
    }
  }

  @Test
  void shouldNotCountWhatWasBeforeTheFirst() {
    serials(5000, 5010);
    gaps.closeUpTo(5010);
    assertThat(gaps.lostEvents()).isZero();
    assertThat(gaps.highest()).isEqualTo(5010);
  }

  @Test
  void shouldTellWhatIsMissingAfterASecond() {
    gaps.tick(0);
    serials(1, 10);
    serials(14, 20);
    gaps.onSerial(22);
    gaps.tick(0);
    gaps.tick(SECOND - 1);
    assertThat(gaps.takeLost()).isZero();
    gaps.tick(SECOND);
    assertThat(gaps.firstMissing()).isEqualTo(11);
    assertThat(gaps.lastMissing()).isEqualTo(21);
    assertThat(gaps.takeLost()).isEqualTo(4);
    assertThat(gaps.takeLost()).isZero();
    gaps.tick(5 * SECOND);
    gaps.tick(9 * SECOND);
    assertThat(gaps.takeLost()).isZero();
    assertThat(gaps.lostEvents()).isEqualTo(4);
  }

  @Test
  void shouldLetALateSerialMendTheGap() {
    serials(1, 10);
    serials(12, 20);
    gaps.tick(0);
    gaps.onSerial(11);
    gaps.tick(SECOND);
    gaps.closeUpTo(20);
    assertThat(gaps.lostEvents()).isZero();
    assertThat(gaps.lateEvents()).isZero();
  }

  @Test
  void shouldCountWhatComesAfterItWasGivenUp() {
    gaps.onSerial(1);
    gaps.onSerial(3);
    gaps.closeUpTo(3);
    gaps.onSerial(2);
    assertThat(gaps.lostEvents()).isEqualTo(1);
    assertThat(gaps.takeLate()).isEqualTo(1);
    gaps.onSerial(2);
    gaps.onSerial(1);
    assertThat(gaps.lateEvents()).as("one that had come before is not late").isEqualTo(1);
    assertThat(gaps.takeLate()).isZero();
  }

  @Test
  void shouldCountWhatComesAfterALongHoleWasGivenUp() {
    gaps.onSerial(1);
    gaps.closeUpTo(200_000);
    gaps.onSerial(200_001);
    serials(140_000, 140_009);
    assertThat(gaps.lostEvents()).isEqualTo(199_999);
    assertThat(gaps.lateEvents()).isEqualTo(10);
    assertThat(gaps.restarts()).isZero();
  }

  @Test
  void shouldGoOnAfterASerialThatWasTakenBefore() {
    gaps.goOnAfter(100);
    assertThat(gaps.undecided()).isFalse();
    assertThat(gaps.highest()).isEqualTo(100);
    serials(103, 105);
    gaps.tick(0);
    gaps.tick(SECOND);
    assertThat(gaps.takeLost()).isEqualTo(2);
    assertThat(gaps.firstMissing()).isEqualTo(101);
    assertThat(gaps.lastMissing()).isEqualTo(102);
  }

  @Test
  void shouldGiveUpWhatLeavesTheWindow() {
    gaps.onSerial(1);
    gaps.onSerial(3);
    serials(4, 65_537);
    assertThat(gaps.lostEvents()).isZero();
    gaps.onSerial(65_538);
    assertThat(gaps.lostEvents()).isEqualTo(1);
    assertThat(gaps.firstMissing()).isEqualTo(2);
  }

  @Test
  void shouldCloseAGapAtTheEndOfABurst() {
    serials(1, 100);
    gaps.closeUpTo(10_100);
    assertThat(gaps.firstMissing()).isEqualTo(101);
    assertThat(gaps.lastMissing()).isEqualTo(10_100);
    assertThat(gaps.takeLost()).isEqualTo(10_000);
    serials(10_101, 10_200);
    gaps.closeUpTo(10_200);
    assertThat(gaps.takeLost()).isZero();
  }

  @Test
  void shouldCountAJumpLargerThanTheWindow() {
    gaps.onSerial(1);
    gaps.onSerial(100_000_001);
    gaps.closeUpTo(100_000_001);
    assertThat(gaps.firstMissing()).isEqualTo(2);
    assertThat(gaps.lastMissing()).isEqualTo(100_000_000);
    assertThat(gaps.lostEvents()).isEqualTo(99_999_999);
    assertThat(gaps.restarts()).isZero();
  }

  @Test
  void shouldGoOnOverTheWrap() {
    serials(WRAP - 5, WRAP + 4);
    gaps.onSerial(6);
    gaps.closeUpTo(6);
    assertThat(gaps.lostEvents()).isEqualTo(1);
    assertThat(gaps.firstMissing()).isEqualTo(5);
    assertThat(gaps.restarts()).isZero();
  }

  @Test
  void shouldBeginAnewWhenTheCounterDoes() {
    serials(3_000_000_000L, 3_000_000_010L);
    gaps.onSerial(3_000_000_012L);
    serials(1, 10);
    assertThat(gaps.restarts()).isEqualTo(1);
    assertThat(gaps.lostEvents()).as("the hole before, and nothing for the jump").isEqualTo(1);
    serials(12, 12);
    gaps.tick(0);
    gaps.tick(SECOND);
    assertThat(gaps.lostEvents()).isEqualTo(2);
    serials(70_000, 70_001);
    serials(1, 3); // 70,000 back
    assertThat(gaps.restarts()).isEqualTo(2);
  }

  @Test
  void shouldSurviveAnyNumbers() {
    assertThatCode(
            () -> {
              Random random = new Random(7);
              for (int i = 0; i < 100_000; i++) {
                switch (random.nextInt(3)) {
                  case 0 -> gaps.onSerial(random.nextLong());
                  case 1 -> gaps.closeUpTo(random.nextInt());
                  default -> gaps.tick(random.nextLong());
                }
              }
            })
        .doesNotThrowAnyException();
    assertThat(gaps.lostEvents()).isNotNegative();
  }

  /// Lost are exactly those that never came, whatever the order within the window and wherever the
  /// counter stands.
  @Property(tries = 300)
  void shouldCountExactlyWhatNeverCame(
      @ForAll @LongRange(max = (1L << 32) - 1) long start,
      @ForAll @IntRange(min = 2, max = 200_000) int length,
      @ForAll @IntRange(max = 30_000) int disorder,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Long> came = new ArrayList<>();
    TreeSet<Long> missing = new TreeSet<>();
    int holes = random.nextInt(100);
    for (int i = 0; i < length; i++) {
      if (i > 0 && i < length - 1 && random.nextInt(100) < holes) {
        missing.add(start + i & WRAP - 1);
      } else {
        came.add(start + i & WRAP - 1);
      }
    }
    // Disorder in blocks, the first in front so that counting begins there.
    for (int from = 1; disorder > 1 && from < came.size(); from += disorder) {
      Collections.shuffle(came.subList(from, Math.min(from + disorder, came.size())), random);
    }
    SerialGaps fresh = new SerialGaps();
    for (long serial : came) {
      fresh.onSerial(serial);
    }
    fresh.closeUpTo(start + length - 1);
    // Disorder among few survivors may span more than the window: then late ones were given up.
    if (fresh.lateEvents() == 0 && fresh.restarts() == 0) {
      assertThat(fresh.lostEvents()).isEqualTo(missing.size());
      if (!missing.isEmpty()) {
        assertThat(missing).contains(fresh.firstMissing(), fresh.lastMissing());
      }
    } else {
      assertThat(disorder * 100L / Math.max(1, 100 - holes)).isGreaterThan(20_000);
    }
  }
}
