package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelSettingsTest {
  private final TableKernel kernel = new TableKernel();
  @TempDir private Path dir;
  private KernelSettings settings;

  @BeforeEach
  void prepare() {
    settings = new KernelSettings(kernel, dir.resolve("settings.state"));
  }

  @Test
  void shouldLeaveAnUnlimitedBacklogUnlimited() {
    kernel.backlogLimit = 0;
    settings.begin(true, 8192);
    assertThat(kernel.backlogLimit).isZero();
    assertThat(settings.changes()).isEmpty();
  }

  @Test
  void shouldRaiseALowerBacklogLimit() {
    settings.begin(true, 8192);
    assertThat(kernel.backlogLimit).isEqualTo(8192);
  }

  @Test
  void shouldNotSwitchOnWhatItNeverSawOn() {
    kernel.enabled = 0;
    settings.begin(false, 0);
    assertThat(settings.keepOn(kernel.status())).isFalse();
    assertThat(kernel.enabled).isZero();
  }

  @Test
  void shouldSwitchOnAgainAndPutThatBack() {
    settings.begin(false, 0);
    kernel.enabled = 0;
    assertThat(settings.keepOn(kernel.status())).isTrue();
    assertThat(kernel.enabled).isEqualTo(1);
    settings.restore(true);
    assertThat(kernel.enabled).isZero();
    assertThat(settings.keepOn(kernel.status())).as("after the end").isFalse();
  }

  @Test
  void shouldSwitchOnAgainWhatItHadSwitchedOn() {
    kernel.enabled = 0;
    settings.begin(true, 0);
    kernel.enabled = 0;
    assertThat(settings.keepOn(kernel.status())).isTrue();
  }
}
