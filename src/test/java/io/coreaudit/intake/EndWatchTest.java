package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EndWatchTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final EndWatch ends = new EndWatch();

  @Test
  void shouldWantEndsAfterThreeEventsWithout() {
    assertThat(ends.wantsEnds(0, 0)).isFalse();
    assertThat(ends.wantsEnds(1, SECOND_NS)).isFalse();
    assertThat(ends.wantsEnds(2, 30 * SECOND_NS)).isFalse();
    assertThat(ends.wantsEnds(2, 31 * SECOND_NS)).isFalse();
    assertThat(ends.wantsEnds(3, 60 * SECOND_NS)).isTrue();
  }

  @Test
  void shouldWantEndsAtOnceWhenManyComeWithout() {
    assertThat(ends.wantsEnds(1000, SECOND_NS)).isTrue();
  }

  @Test
  void shouldNotAddUpWhatComesNowAndThen() {
    for (int i = 0; i < 100; i++) {
      assertThat(ends.wantsEnds(i, 31L * i * SECOND_NS)).isFalse();
    }
  }

  @Test
  void shouldNotCountWhatEndedNearAnOverrun() {
    ends.overrun(0);
    assertThat(ends.wantsEnds(50, 2 * SECOND_NS)).isFalse();
    assertThat(ends.wantsEnds(52, 9 * SECOND_NS)).isFalse();
    assertThat(ends.wantsEnds(54, 11 * SECOND_NS)).isFalse();
    ends.overrun(12 * SECOND_NS);
    assertThat(ends.wantsEnds(90, 13 * SECOND_NS)).isFalse();
    assertThat(ends.wantsEnds(91, 30 * SECOND_NS)).as("with the two of second 11").isTrue();
  }
}
