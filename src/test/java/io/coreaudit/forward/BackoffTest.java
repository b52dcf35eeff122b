package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void shouldDoubleUpToTheLimitWithinItsJitter() {
    var backoff = new Backoff(100, 30_000, new Random(1));
    long wholeMs = 100;
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.nextNs()).isBetween(wholeMs * 500_000, wholeMs * 1_000_000);
      wholeMs = Math.min(30_000, wholeMs * 2);
    }
    backoff.reset();
    assertThat(backoff.nextNs()).isBetween(50_000_000L, 100_000_000L);
  }

  @Test
  void shouldNotSendTwoNodesAtTheSameMoment() {
    var one = new Backoff(100, 30_000, new Random(1));
    var other = new Backoff(100, 30_000, new Random(2));
    assertThat(one.nextNs()).isNotEqualTo(other.nextNs());
  }
}
