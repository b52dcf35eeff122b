package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class ClosingTest {
  @Test
  void shouldShareOneDeadlineAmongStepsThatHang() {
    long startedNs = System.nanoTime();
    Closing closing = new Closing(Duration.ofMillis(600));
    assertThat(closing.within(Duration.ofMillis(200), "a", () -> Thread.sleep(60_000))).isFalse();
    assertThat(closing.within(Duration.ofSeconds(9), "b", () -> Thread.sleep(60_000))).isFalse();
    assertThat(closing.within(Duration.ofSeconds(9), "c", () -> Thread.sleep(60_000))).isFalse();
    assertThat(closing.atMost(Duration.ofSeconds(9))).isZero();
    assertThat(System.nanoTime() - startedNs).isBetween(500_000_000L, 5_000_000_000L);
  }

  @Test
  void shouldGoOnAfterAStepThatFails() {
    List<String> done = new ArrayList<>();
    Closing closing = new Closing(Duration.ofSeconds(9));
    closing.step(
        "a",
        () -> {
          throw new IOException("no");
        });
    closing.close("nothing", null);
    closing.close("b", () -> done.add("b"));
    assertThat(closing.within(Duration.ofSeconds(9), "c", () -> done.add("c"))).isTrue();
    assertThat(done).containsExactly("b", "c");
  }
}
