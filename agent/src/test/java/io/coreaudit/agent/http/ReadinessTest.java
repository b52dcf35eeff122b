package io.coreaudit.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ReadinessTest {
  private final Readiness readiness = new Readiness();

  @Test
  void shouldBeReadyWhileNobodyHasAReasonAgainstIt() {
    assertThat(readiness.reasons()).containsExactly("starting");
    readiness.set("mounts", "the mounts are not all looked at yet");
    readiness.clear("start");
    assertThat(readiness.reasons()).containsExactly("the mounts are not all looked at yet");
    readiness.set("mounts", "mounts are not followed");
    readiness.hold("canary", "deaf");
    assertThat(readiness.reasons()).containsExactly("deaf", "mounts are not followed");
    readiness.set("mounts", "");
    readiness.set("mounts", "");
    readiness.clear("canary");
    assertThat(readiness.reasons()).isEmpty();
  }
}
