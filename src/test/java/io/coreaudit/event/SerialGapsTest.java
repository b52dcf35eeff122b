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
  private long nowMs = 1;

  /// A record of an event that began now, a millisecond after the one before.
  private void came(long serial) {
    gaps.onSerial(serial, nowMs++);
  }

  private void serials(long from, long to) {
    for (long serial = from; serial <= to; serial++) {
      came(serial & WRAP - 1);
    }
  }

  @Test
  void shouldKnowTheFirstThatBeganSinceItListens() {
    gaps.goOnAfter(100);
    gaps.listensSince(50);
    assertThat(gaps.firstHeard()).isZero();
    gaps.onSerial(90, 60); // taken before
    gaps.onSerial(150, 49); // of a call that blocked
    assertThat(gaps.firstHeard()).isZero();
    gaps.onSerial(160, 51);
    gaps.onSerial(155, 52);
    assertThat(gaps.firstHeard()).isEqualTo(160);
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
    came(22);
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
    came(11);
    gaps.tick(SECOND);
    gaps.closeUpTo(20);
    assertThat(gaps.lostEvents()).isZero();
    assertThat(gaps.lateEvents()).isZero();
  }

  @Test
  void shouldCountWhatComesAfterItWasGivenUp() {
    came(1);
    came(3);
    gaps.closeUpTo(3);
    came(2);
    assertThat(gaps.lostEvents()).isEqualTo(1);
    assertThat(gaps.takeLate()).isEqualTo(1);
    came(2);
    came(1);
    assertThat(gaps.lateEvents()).as("one that had come before is not late").isEqualTo(1);
    assertThat(gaps.takeLate()).isZero();
  }

  @Test
  void shouldCountWhatComesAfterALongHoleWasGivenUp() {
    came(1);
    gaps.closeUpTo(200_000);
    came(200_001);
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
    came(1);
    came(3);
    serials(4, 65_537);
    assertThat(gaps.lostEvents()).isZero();
    came(65_538);
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
    came(1);
    came(100_000_001);
    gaps.closeUpTo(100_000_001);
    assertThat(gaps.firstMissing()).isEqualTo(2);
    assertThat(gaps.lastMissing()).isEqualTo(100_000_000);
    assertThat(gaps.lostEvents()).isEqualTo(99_999_999);
    assertThat(gaps.restarts()).isZero();
  }

  @Test
  void shouldGoOnOverTheWrap() {
    serials(WRAP - 5, WRAP + 4);
    came(6);
    gaps.closeUpTo(6);
    assertThat(gaps.lostEvents()).isEqualTo(1);
    assertThat(gaps.firstMissing()).isEqualTo(5);
    assertThat(gaps.restarts()).isZero();
  }

  @Test
  void shouldBeginAnewWhenTheFirstWasOfLongAgo() {
    gaps.onSerial(5, 1);
    gaps.onSerial(300_000_000L, 1000);
    gaps.onSerial(300_000_002L, 1001);
    gaps.closeUpTo(300_000_002L);
    assertThat(gaps.restarts()).isEqualTo(1);
    assertThat(gaps.lostEvents()).as("the hole, and nothing for the jump").isEqualTo(1);
  }

  private void shouldHaveLeftOutOneAndLostNone() {
    assertThat(gaps.restarts()).isZero();
    assertThat(gaps.lostEvents()).isZero();
    assertThat(gaps.strayEvents()).isEqualTo(1);
  }

  /// As when the clock was set back since: the stamps of all calls that block are newer then.
  @Test
  void shouldTakeAnEventOfLongAgoForNoNewCounterAfterTheClockWentBack() {
    serials(1, 100_000);
    gaps.onSerial(5, Long.MAX_VALUE);
    came(100_001);
    gaps.closeUpTo(100_001);
    shouldHaveLeftOutOneAndLostNone();
  }

  /// A system call logs its first record, blocks for hours, and logs the rest: with the stamp and
  /// the serial of its beginning.
  @Test
  void shouldTakeAnEventOfLongAgoForNoNewCounter() {
    serials(1, 100_000);
    gaps.onSerial(5, 5);
    came(100_001);
    gaps.closeUpTo(100_001);
    shouldHaveLeftOutOneAndLostNone();
    assertThat(gaps.highest()).isEqualTo(100_001);
  }

  @Test
  void shouldTakeAnEventOfLongAgoForNoNewCounterAfterItsOwnStart() {
    gaps.goOnAfter(500_000);
    came(5);
    serials(500_001, 500_003);
    gaps.closeUpTo(500_003);
    shouldHaveLeftOutOneAndLostNone();
  }

  @Test
  void shouldTakeAnEventOfLongAgoForNoNewCounterOverTheWrap() {
    serials(WRAP - 5, WRAP + 4);
    gaps.onSerial(WRAP - (1L << 28) - 100, 0);
    gaps.onSerial(5 + (1L << 29), 0);
    came(5);
    assertThat(gaps.restarts()).isZero();
    assertThat(gaps.strayEvents()).isEqualTo(2);
    assertThat(gaps.highest()).isEqualTo(5);
  }

  @Test
  void shouldSurviveAnyNumbers() {
    assertThatCode(
            () -> {
              Random random = new Random(7);
              for (int i = 0; i < 100_000; i++) {
                switch (random.nextInt(3)) {
                  case 0 -> gaps.onSerial(random.nextLong(), random.nextInt(3));
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
      fresh.onSerial(serial, serial - start & WRAP - 1);
    }
    fresh.closeUpTo(start + length - 1);
    // Disorder among few survivors may span more than the window: then late ones were given up.
    assertThat(fresh.restarts()).isZero();
    if (fresh.lateEvents() == 0 && fresh.strayEvents() == 0) {
      assertThat(fresh.lostEvents()).isEqualTo(missing.size());
      if (!missing.isEmpty()) {
        assertThat(missing).contains(fresh.firstMissing(), fresh.lastMissing());
      }
    } else {
      assertThat(disorder * 100L / Math.max(1, 100 - holes)).isGreaterThan(20_000);
    }
  }
}
