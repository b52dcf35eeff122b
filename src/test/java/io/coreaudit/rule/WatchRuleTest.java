package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WatchRuleTest {
  @Test
  void shouldNameTheCallThatOpensByHandleOnEveryMachine() {
    assertThat(WatchRule.openByHandleAt(Architecture.X86_64)).containsExactly(304, 342);
    assertThat(WatchRule.openByHandleAt(Architecture.AARCH64)).containsExactly(265, 371);
    assertThat(WatchRule.openByHandleAt(Architecture.PPC64LE)).containsExactly(346);
    assertThat(WatchRule.openByHandleAt(Architecture.S390X)).containsExactly(336);
    assertThat(
            WatchRule.directory("/d", "k")
                .byHandle()
                .matches(WatchRule.openByHandleAt(Architecture.host())[0]))
        .isTrue();
  }
}
