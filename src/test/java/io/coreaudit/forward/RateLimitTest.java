package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class RateLimitTest {
  private static final long SECOND_NS = 1_000_000_000;

  @Test
  void shouldLetAllGoWithoutALimit() {
    RateLimit rate = new RateLimit(0, Long.MIN_VALUE);
    rate.take(0);
    assertThat(rate.waitNs(0)).isZero();
    assertThat(rate.isOn()).isFalse();
  }

  @Test
  void shouldGiveASecondsWorthAtOnceAndThenOneAtATime() {
    RateLimit rate = new RateLimit(4, 100);
    for (int i = 0; i < 4; i++) {
      assertThat(rate.waitNs(100)).isZero();
      rate.take(100);
    }
    assertThat(rate.waitNs(100)).isEqualTo(SECOND_NS / 4);
    assertThat(rate.waitNs(100 + SECOND_NS / 4)).isZero();
    rate.take(100 + SECOND_NS / 4);
    assertThat(rate.waitNs(100 + SECOND_NS / 4)).isEqualTo(SECOND_NS / 4);
    assertThat(rate.waitNs(100 + 100 * SECOND_NS)).isZero();
  }

  /// However they come: in any second no more than two seconds' worth, and in the long run the
  /// rate.
  @Property(tries = 200)
  void shouldKeepTheRate(
      @ForAll @IntRange(min = 1, max = 2000) int perSecond,
      @ForAll @Size(min = 1, max = 500) List<@IntRange(max = 20_000_000) Integer> pauses) {
    RateLimit rate = new RateLimit(perSecond, 0);
    ArrayDeque<Long> taken = new ArrayDeque<>();
    long nowNs = 0;
    long count = 0;
    for (int pause : Stream.concat(Stream.of(0), pauses.stream()).toList()) {
      nowNs += pause; // the first at once: what a full bucket would get is not kept
      while (rate.waitNs(nowNs) == 0) {
        rate.take(nowNs);
        taken.add(nowNs);
        count++;
      }
      while (taken.peek() != null && taken.peek() <= nowNs - SECOND_NS) {
        taken.poll();
      }
      assertThat(taken.size()).isLessThanOrEqualTo(2 * perSecond + 1);
    }
    double worth = perSecond * (1 + nowNs / 1e9);
    assertThat((double) count).isBetween(worth * 0.99 - 2, worth * 1.01 + 2);
  }
}
