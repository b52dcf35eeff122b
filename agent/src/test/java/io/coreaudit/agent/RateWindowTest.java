package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RateWindowTest {
  private static final long SECOND_NS = 1_000_000_000L;

  @Test
  void shouldForgetWhatIsOlderThanAMinute() {
    RateWindow rate = new RateWindow();
    long value = 0;
    long nowNs = Long.MAX_VALUE - 100 * SECOND_NS; // nanoTime may wrap
    for (int second = 0; second < 300; second += RateWindow.SAMPLE_SECONDS) {
      rate.sample(nowNs, value);
      nowNs += RateWindow.SAMPLE_SECONDS * SECOND_NS;
      value += RateWindow.SAMPLE_SECONDS * 1000;
    }
    assertThat(rate.perSecond(nowNs, value)).isEqualTo(1000);
    for (int second = 0; second < 60; second += RateWindow.SAMPLE_SECONDS) {
      rate.sample(nowNs, value);
      nowNs += RateWindow.SAMPLE_SECONDS * SECOND_NS;
    }
    assertThat(rate.perSecond(nowNs, value)).isZero();
  }

  @Test
  void shouldTellTheFirstSecondsByWhatThereIs() {
    RateWindow rate = new RateWindow();
    assertThat(rate.perSecond(5, 7)).isZero();
    rate.sample(0, 0);
    assertThat(rate.perSecond(0, 7)).isZero();
    assertThat(rate.perSecond(2 * SECOND_NS, 300)).isEqualTo(150);
  }
}
