package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.http.Readiness;
import io.coreaudit.spool.SpoolStat;
import org.junit.jupiter.api.Test;

final class SpoolStateTest {
  private final Readiness readiness = new Readiness();
  private int failures;
  private final SpoolState state = new SpoolState(readiness, () -> failures++);

  @Test
  void shouldHoldTheAgentBackWhileNothingIsKept() {
    readiness.clear("start");
    for (SpoolStat.State full :
        new SpoolStat.State[] {SpoolStat.State.BOUND, SpoolStat.State.NO_SPACE}) {
      state.look(full);
      assertThat(readiness.reasons()).singleElement().asString().startsWith("spool ");
      state.look(SpoolStat.State.OPEN);
      assertThat(readiness.reasons()).isEmpty();
    }
    assertThat(failures).isZero();
  }

  @Test
  void shouldEndTheAgentOnceWhenTheSpoolFailed() {
    state.look(SpoolStat.State.FAILED);
    state.look(SpoolStat.State.FAILED);
    assertThat(failures).isEqualTo(1);
  }
}
