package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.http.Readiness;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.KernelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class UnicastGuardTest {
  private static final int OWN = 10;
  private static final int OTHER = 20;
  private static final long SECOND_NS = 1_000_000_000L;

  /// A slot as the kernel's: it goes to nobody while somebody has it.
  private static final class OneSlot implements UnicastGuard.Slot {
    private int owner = OWN;
    private int tries;

    @Override
    public int owner() {
      return owner;
    }

    @Override
    public void take() {
      tries++;
      if (owner != 0) {
        throw new KernelException("register pid", 17, "process " + owner + " has it");
      }
      owner = OWN;
    }

    @Override
    public void give() {
      owner = 0;
    }
  }

  private final OneSlot slot = new OneSlot();
  private final Readiness readiness = new Readiness();
  private final List<String> told = new ArrayList<>();
  private long turnStartedNs;
  private long nowNs = System.nanoTime();
  private final UnicastGuard guard =
      new UnicastGuard(slot, OWN, () -> turnStartedNs, this::tell, readiness);

  private void tell(OwnEvent event) {
    told.add(new String(event.text(), StandardCharsets.UTF_8));
  }

  @BeforeEach
  void ready() {
    readiness.clear("start");
  }

  private void pass(long ns) {
    for (long end = nowNs + ns; nowNs < end; nowNs += SECOND_NS / 4) {
      guard.look(nowNs);
    }
  }

  @Test
  void shouldGiveTheSlotBackWhileATurnIsLongAndTakeItAgain() {
    turnStartedNs = nowNs;
    pass(SECOND_NS);
    assertThat(slot.owner).isEqualTo(OWN);
    pass(3 * SECOND_NS);
    assertThat(slot.owner).isZero();
    assertThat(readiness.reasons()).singleElement().asString().contains("does not drain");
    turnStartedNs = 0;
    pass(SECOND_NS);
    assertThat(slot.owner).isEqualTo(OWN);
    assertThat(readiness.reasons()).isEmpty();
    assertThat(told).hasSize(2);
    assertThat(told.getFirst()).contains("unicast_slot", "given back");
    assertThat(told.getLast()).contains("taken again");
  }

  @Test
  void shouldTakeASlotAgainThatTheKernelTookAway() {
    slot.owner = 0;
    pass(UnicastGuard.OWNER_LOOK_NS + SECOND_NS);
    assertThat(slot.owner).isEqualTo(OWN);
    assertThat(told).hasSize(2);
    assertThat(readiness.reasons()).isEmpty();
  }

  @Test
  void shouldWaitLongerAndLongerForASlotOfSomebodyElse() {
    slot.owner = OTHER;
    pass(UnicastGuard.OWNER_LOOK_NS + 600 * SECOND_NS);
    assertThat(readiness.reasons()).containsExactly("unicast slot owned by process " + OTHER);
    assertThat(slot.owner).isEqualTo(OTHER);
    // 1, 2, 4 … 60 s: six tries in the first minute, then one a minute.
    assertThat(slot.tries).isBetween(10, 18);
    assertThat(told).hasSize(1);
    slot.owner = 0;
    pass(UnicastGuard.LONGEST_WAIT_NS + SECOND_NS);
    assertThat(slot.owner).isEqualTo(OWN);
    assertThat(readiness.reasons()).isEmpty();
  }
}
