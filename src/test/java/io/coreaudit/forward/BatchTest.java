package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BatchTest {
  @Test
  void shouldGiveBackTheMemoryOfAGiantEvent() {
    Batch batch = new Batch(64 << 10);
    batch.output().put(new byte[1 << 20]);
    batch.added(1, 1);
    assertThat(batch.full()).isTrue();
    assertThat(batch.array().length).isGreaterThanOrEqualTo(1 << 20);
    batch.clear();
    assertThat(batch.array().length).isLessThanOrEqualTo(128 << 10);
    assertThat(batch.isEmpty()).isTrue();
  }

  @Test
  void shouldKeepItsMemoryForEventsOfEveryDay() {
    Batch batch = new Batch(64 << 10);
    batch.output().put(new byte[70 << 10]);
    byte[] array = batch.array();
    batch.clear();
    assertThat(batch.array()).isSameAs(array);
  }
}
