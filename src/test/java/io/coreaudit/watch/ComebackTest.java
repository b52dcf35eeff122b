package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ComebackTest {
  private final Comeback comeback = new Comeback();
  private long nowNs = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(100); // the clock may wrap

  /// It goes as soon as it is back, so many times; the seconds that it stays away each time.
  private List<Long> fight(int times) {
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      assertThat(comeback.away(nowNs)).isTrue();
      long wait = comeback.dueNs() - nowNs;
      seconds.add(TimeUnit.NANOSECONDS.toSeconds(wait));
      assertThat(comeback.waits(nowNs)).isEqualTo(wait > 0);
      pass(wait);
      assertThat(comeback.waits(nowNs)).isFalse();
      comeback.back(nowNs);
    }
    return seconds;
  }

  private void pass(long ns) {
    nowNs += ns;
  }

  @Test
  void shouldWaitLongerEachTimeAndThenCallItContested() {
    assertThat(fight(4)).containsExactly(0L, 5L, 30L, 300L);
    assertThat(comeback.contested()).isFalse();
    assertThat(fight(3)).as("one try in ten minutes").containsExactly(600L, 600L, 600L);
    assertThat(comeback.contested()).isTrue();
  }

  @Test
  void shouldCallTheFifthRemovalAContestOnlyWithinTenMinutes() {
    fight(4);
    pass(TimeUnit.SECONDS.toNanos(264)); // 335 of waiting, and this: a second short of ten minutes
    assertThat(fight(1)).containsExactly(600L);
  }

  @Test
  void shouldNotCallItContestedWhenTheFifthRemovalComesLater() {
    fight(4);
    pass(TimeUnit.SECONDS.toNanos(265));
    assertThat(fight(1)).as("the fourth within ten minutes").containsExactly(300L);
    assertThat(comeback.contested()).isFalse();
  }

  @Test
  void shouldCallTheQuarrelOverWhenItStoodForTenMinutes() {
    fight(6);
    pass(TimeUnit.SECONDS.toNanos(599));
    comeback.stands(nowNs);
    assertThat(comeback.contested()).isTrue();
    pass(TimeUnit.SECONDS.toNanos(1));
    comeback.stands(nowNs);
    assertThat(comeback.contested()).isFalse();
    assertThat(fight(2)).containsExactly(0L, 5L);
  }

  @Test
  void shouldBeginAnewAfterTenQuietMinutes() {
    fight(3);
    pass(TimeUnit.MINUTES.toNanos(10));
    assertThat(fight(1)).containsExactly(0L);
  }

  @Test
  void shouldNoteOnceThatItIsAway() {
    assertThat(comeback.away(nowNs)).isTrue();
    assertThat(comeback.away(nowNs + 1)).isFalse();
    comeback.stands(nowNs + 2);
    assertThat(comeback.away(nowNs + 3)).isTrue();
    assertThat(comeback.dueNs()).as("somebody else brought it back").isEqualTo(nowNs + 3);
  }

  @Test
  void shouldForgive() {
    fight(5);
    comeback.away(nowNs);
    comeback.forgive();
    assertThat(comeback.contested()).isFalse();
    assertThat(fight(2)).containsExactly(0L, 5L);
  }
}
