package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LagClockTest {
  private static final long SECOND = 1_000_000_000L;
  private final LagClock clock = new LagClock();

  @Test
  void shouldTellTheAgeOfTheOldestThatIsNotAcknowledged() {
    assertThat(clock.seconds(100 * SECOND)).isZero();
    clock.begins(10 * SECOND);
    clock.sent(1);
    clock.begins(20 * SECOND);
    clock.sent(2);
    assertThat(clock.seconds(100 * SECOND)).isEqualTo(90);
    clock.acknowledged(1);
    assertThat(clock.seconds(100 * SECOND)).isEqualTo(80);
    clock.lost();
    assertThat(clock.seconds(100 * SECOND)).isEqualTo(80);
    clock.begins(20 * SECOND);
    clock.sent(2);
    clock.acknowledged(2);
    assertThat(clock.seconds(100 * SECOND)).isZero();
  }

  @Test
  void shouldCountFromWhenItNoticedWhatIsUnread() {
    clock.notices(50 * SECOND);
    clock.notices(60 * SECOND);
    assertThat(clock.seconds(100 * SECOND)).isEqualTo(50);
  }

  @Test
  void shouldKeepTheOldestOfManyBatches() {
    for (int i = 1; i <= 100_000; i++) {
      clock.begins(i * SECOND);
      clock.sent(i);
    }
    assertThat(clock.seconds(100_000 * SECOND)).isEqualTo(99_999);
    clock.acknowledged(99_999);
    assertThat(clock.seconds(100_000 * SECOND)).isPositive();
    clock.acknowledged(100_000);
    assertThat(clock.seconds(100_000 * SECOND)).isZero();
  }
}
