package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PressureTest {
  @Test
  void shouldCountBeforeAnythingIsLeftOutAndEndWithTheRest() {
    Pressure pressure = new Pressure(90);
    assertThat(pressure.fill(79)).isEqualTo(Pressure.NONE);
    assertThat(pressure.fill(80)).isEqualTo(Pressure.COUNTING);
    assertThat(pressure.fill(89)).isEqualTo(Pressure.COUNTING);
    assertThat(pressure.fill(90)).isEqualTo(2);
    assertThat(pressure.fill(92)).isEqualTo(3);
    assertThat(pressure.fill(100)).isEqualTo(Pressure.MOST);
    assertThat(pressure.fill(92)).as("not yet").isEqualTo(Pressure.MOST);
    assertThat(pressure.fill(91)).isEqualTo(4);
    assertThat(pressure.fill(85)).isEqualTo(2);
    assertThat(pressure.fill(75)).isEqualTo(Pressure.COUNTING);
    assertThat(pressure.fill(74)).isEqualTo(Pressure.NONE);
  }

  /// Up as soon as it is that full, down only when it is five percent emptier.
  @Property(tries = 500)
  void shouldHaveHysteresis(
      @ForAll @IntRange(min = 50, max = 98) int at,
      @ForAll @Size(max = 60) List<@IntRange(max = 100) Integer> fills) {
    Pressure pressure = new Pressure(at);
    int before = Pressure.NONE;
    for (int fill : fills) {
      int level = pressure.fill(fill);
      assertThat(level).isEqualTo(pressure.level()).isBetween(Pressure.NONE, Pressure.MOST);
      assertThat(level == Pressure.MOST || fill < pressure.threshold(level + 1)).isTrue();
      if (level > Pressure.NONE) {
        int least = pressure.threshold(level) - (level <= before ? Pressure.HYSTERESIS : 0);
        assertThat(fill).isGreaterThanOrEqualTo(least);
      }
      if (level < before) {
        assertThat(fill).isLessThan(pressure.threshold(before) - Pressure.HYSTERESIS);
      }
      before = level;
    }
  }
}
