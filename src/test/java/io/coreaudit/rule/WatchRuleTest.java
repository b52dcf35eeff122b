package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WatchRuleTest {
  @Test
  void shouldNameTheCallThatOpensByHandleOnEveryMachine() {
    assertThat(WatchRule.withoutClass(Architecture.X86_64)).containsExactly(301, 304, 339, 342);
    assertThat(WatchRule.withoutClass(Architecture.AARCH64)).containsExactly(263, 265, 368, 371);
    assertThat(WatchRule.withoutClass(Architecture.PPC64LE)).containsExactly(324, 346);
    assertThat(WatchRule.withoutClass(Architecture.S390X)).containsExactly(333, 336);
    assertThat(
            WatchRule.directory("/d", "k")
                .withoutClass()
                .matches(WatchRule.withoutClass(Architecture.host())[0]))
        .isTrue();
  }
}
