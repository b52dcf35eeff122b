package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RelpWindowTest {
  private final Acknowledged acknowledged = new Acknowledged();
  private final RelpWindow window = new RelpWindow(4, acknowledged);

  @Test
  void shouldMoveOverWhatIsAnsweredWithoutAHole() {
    int first = window.sent(0, 10, true, true, 5);
    int second = window.sent(1, 11, true, true, 6);
    int third = window.sent(2, 12, true, true, 7);
    assertThat(window.free()).isEqualTo(1);
    assertThat(window.answered(second)).isTrue();
    assertThat(acknowledged.position()).isEqualTo(Sink.NO_POSITION);
    assertThat(window.answered(first)).isTrue();
    assertThat(acknowledged.position()).isEqualTo(11);
    assertThat(window.answered(third)).isTrue();
    assertThat(acknowledged.position()).isEqualTo(12);
    assertThat(acknowledged.events()).isEqualTo(3);
    assertThat(window.bytes()).isZero();
    assertThat(window.answered(third)).isFalse();
  }

  @Test
  void shouldCountAnEventWithItsLastFrameOnly() {
    int first = window.sent(0, 10, true, false, 5);
    int second = window.sent(0, 10, true, true, 5);
    window.answered(first);
    assertThat(acknowledged.events()).isZero();
    assertThat(acknowledged.position()).isEqualTo(Sink.NO_POSITION);
    window.answered(second);
    assertThat(acknowledged.events()).isEqualTo(1);
    assertThat(acknowledged.position()).isEqualTo(10);
  }

  @Test
  void shouldNotReachAPositionWithAGapThatStandsBeforeIt() {
    window.answered(window.sent(0, 10, false, true, 5));
    assertThat(acknowledged.events()).isEqualTo(1);
    assertThat(acknowledged.position()).isEqualTo(Sink.NO_POSITION);
  }

  @Test
  void shouldBeginAgainAtOneAfterTheLargestNumber() {
    window.startAt(RelpWindow.LARGEST_NUMBER - 1);
    int first = window.sent(0, 10, true, true, 1);
    int second = window.sent(1, 11, true, true, 1);
    int third = window.sent(2, 12, true, true, 1);
    assertThat(first).isEqualTo(999_999_998);
    assertThat(second).isEqualTo(999_999_999);
    assertThat(third).isEqualTo(1);
    assertThat(window.event(third)).isEqualTo(2);
    window.answered(third);
    window.answered(second);
    window.answered(first);
    assertThat(acknowledged.position()).isEqualTo(12);
    assertThat(window.number()).isEqualTo(2);
  }

  @Test
  void shouldForgetWhatWaitsInANewSession() {
    int first = window.sent(0, 10, true, true, 5);
    window.sent(1, 11, true, true, 6);
    window.answered(first);
    assertThat(window.restart()).isEqualTo(1);
    assertThat(window.frames()).isZero();
    assertThat(window.bytes()).isZero();
    assertThat(acknowledged.position()).isEqualTo(10);
    assertThat(window.number()).isEqualTo(1);
  }

  @Test
  void shouldPassAnEventThatIsGivenUpAndStillKnowItsFrames() {
    int first = window.sent(3, 10, true, false, 5);
    int second = window.sent(3, 10, true, false, 6);
    window.giveUp(10, true);
    assertThat(window.frames()).isZero();
    assertThat(window.bytes()).isZero();
    assertThat(acknowledged.position()).isEqualTo(10);
    assertThat(acknowledged.events()).isZero();
    assertThat(window.isGivenUp(first)).isTrue();
    assertThat(window.isGivenUp(second)).isTrue();
    int third = window.sent(4, 11, true, true, 7);
    assertThat(window.isGivenUp(third)).isFalse();
    assertThat(window.answered(third)).isTrue();
    assertThat(acknowledged.position()).isEqualTo(11);
    assertThat(acknowledged.events()).isEqualTo(1);
    window.restart();
    assertThat(window.isGivenUp(first)).isFalse();
  }
}
