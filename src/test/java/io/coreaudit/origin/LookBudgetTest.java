package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LookBudgetTest {
  private final LookBudget budget = new LookBudget(100, 1000);

  @Test
  void shouldGiveTheFirstHalfToWhoComesAndSharesOfTheOther() {
    budget.at(5000);
    int looks = 0;
    while (budget.isPlentiful()) {
      budget.spend(1, true);
      looks++;
    }
    assertThat(looks).as("each takes a hundredth at least").isEqualTo(50);
    assertThat(looksFor(1)).as("a sixteenth of what is left").isEqualTo(3);
    for (int other = 2; other < 22; other++) {
      assertThat(looksFor(other)).as("who comes later").isPositive();
    }
    assertThat(budget.isLeftFor(1)).isFalse();
    assertThat(budget.isLeftFor(100)).as("there is some left for the next").isTrue();
    budget.at(6000);
    assertThat(budget.isPlentiful()).isTrue();
    assertThat(budget.isLeftFor(1)).isTrue();
  }

  @Test
  void shouldTakeAnEighthForALookThatFoundNobody() {
    budget.at(5000);
    int looks = 0;
    while (budget.isPlentiful()) {
      budget.spend(0, false);
      looks++;
    }
    assertThat(looks).isEqualTo(500);
  }

  @Test
  void shouldTakeTheTimeThatALookTook() {
    budget.at(5000);
    budget.spend(600, false);
    assertThat(budget.isPlentiful()).isFalse();
    budget.spend(400, true, 7);
    assertThat(budget.isLeftFor(8)).isFalse();
    assertThat(budget.isLeftFor(LookBudget.NOBODY)).isFalse();
  }

  @Test
  void shouldLeaveTheLastOfTheLooksToWhoIsKnown() {
    budget.at(5000);
    budget.spend(500, true);
    int looks = 0;
    while (budget.isLeftFor(LookBudget.NOBODY)) {
      budget.spend(1, true, LookBudget.NOBODY);
      looks++;
    }
    assertThat(looks).as("of fifty").isEqualTo(44);
    for (int known = 1; known < 20; known++) {
      assertThat(budget.isLeftFor(known)).as("of %d", known).isTrue();
    }
  }

  @Test
  void shouldNotHaveTwoShareForLong() {
    int seconds = 0;
    for (int second = 1; second <= 20_000; second++) {
      budget.at(second * 1000L);
      budget.spend(500, true);
      budget.spend(100, true, 1);
      assertThat(budget.isLeftFor(1)).isFalse();
      seconds += budget.isLeftFor(2) ? 0 : 1;
    }
    assertThat(seconds).as("one in 1024").isBetween(5, 60);
  }

  private int looksFor(long sharer) {
    int looks = 0;
    while (budget.isLeftFor(sharer)) {
      budget.spend(1, true, sharer);
      looks++;
    }
    return looks;
  }
}
