package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SecretDevicesTest {
  private static final long DEVICE = SecretDevices.device(0, 39);

  private long nowMs = 100_000;
  private final SecretDevices devices = new SecretDevices(() -> nowMs);

  @Test
  void shouldKnowAVolumeWhileItIsMounted() {
    devices.mounted(1, 0, 39, "pod-a", "token", false);
    assertThat(volume(100_000)).isEqualTo("pod-a token");
    assertThat(volume(99_500)).as("seen a little late").isEqualTo("pod-a token");
    assertThat(volume(98_000)).as("long before").isNull();
    assertThat(devices.find(SecretDevices.device(0, 40), 100_000)).isNull();
    assertThat(devices.find(SecretDevices.device(8, 39), 100_000)).isNull();
    nowMs = 200_000;
    devices.unmounted(1);
    assertThat(volume(199_000)).as("an event that comes late").isEqualTo("pod-a token");
    assertThat(volume(200_001)).as("the number may be another's").isNull();
  }

  @Test
  void shouldKnowWhatWasThereBeforeAnybodyLooked() {
    devices.mounted(1, 0, 39, "pod-a", "token", true);
    assertThat(volume(1)).isEqualTo("pod-a token");
  }

  @Test
  void shouldTellTheOwnersOfAReusedNumberApart() {
    devices.mounted(1, 0, 39, "pod-a", "token", false);
    nowMs = 150_000;
    devices.unmounted(1);
    nowMs = 150_010;
    devices.mounted(2, 0, 39, "pod-b", "key", false);
    assertThat(volume(140_000)).isEqualTo("pod-a token");
    assertThat(volume(150_010)).isEqualTo("pod-b key");
    assertThat(volume(149_999)).as("whose it was then is not certain").isNull();
    assertThat(volume(150_005))
        .as("unmounted, and mounted before it was seen")
        .isEqualTo("pod-b key");
  }

  @Test
  void shouldTakeANewOwnerWhoseForerunnersEndWasNotTold() {
    devices.mounted(1, 0, 39, "pod-a", "token", false);
    nowMs = 150_000;
    devices.mounted(1, 0, 39, "pod-a", "token", false);
    assertThat(devices.size()).as("told again").isOne();
    devices.mounted(2, 0, 39, "pod-b", "key", false);
    assertThat(volume(150_000)).isEqualTo("pod-b key");
    assertThat(volume(120_000)).isEqualTo("pod-a token");
  }

  @Test
  void shouldForgetWhatIsNotMountedAnyMore() {
    for (int round = 0; round < 100; round++) {
      for (int minor = 0; minor < 6000; minor += 7) {
        devices.mounted(minor, 0, minor, "pod-" + round, "v" + minor, false);
      }
      assertThat(volume(minorOf(4095 * 7 % 6000 / 7 * 7), nowMs)).startsWith("pod-" + round + " ");
      for (int minor = 0; minor < 6000; minor += 7) {
        devices.unmounted(minor);
      }
      nowMs += 61_000;
    }
    devices.unmounted(1);
    assertThat(devices.size()).isZero();
  }

  @Test
  void shouldKnowAVolumeUntilTheLastOfItsMountsIsGone() {
    devices.mounted(1, 0, 39, "pod-a", "token", false);
    devices.mounted(2, 0, 39, "pod-a", "token", false);
    devices.mounted(2, 0, 39, "pod-a", "token", true);
    devices.unmounted(2);
    devices.unmounted(2);
    devices.unmounted(3);
    nowMs = 300_000;
    assertThat(volume(300_000)).as("a copy was taken away").isEqualTo("pod-a token");
    devices.unmounted(1);
    assertThat(volume(300_001)).isNull();
    assertThat(volume(300_000)).isEqualTo("pod-a token");
  }

  @Test
  void shouldKnowItsVolumesWhenTheClockIsSetBack() {
    devices.mounted(1, 0, 39, "pod-a", "token", false);
    devices.mounted(2, 0, 40, "pod-b", "key", false);
    devices.unmounted(2);
    nowMs = 50_000;
    assertThat(volume(50_000)).isEqualTo("pod-a token");
    assertThat(volume(SecretDevices.device(0, 40), 50_001)).as("unmounted before it was").isNull();
    nowMs = 50_000 + 61_000;
    devices.unmounted(7);
    assertThat(devices.size()).as("forgotten after a minute").isOne();
  }

  private static long minorOf(int minor) {
    return SecretDevices.device(0, minor);
  }

  private String volume(long stampMs) {
    return volume(DEVICE, stampMs);
  }

  private String volume(long device, long stampMs) {
    SecretDevices.Volume found = devices.find(device, stampMs);
    return found == null ? null : found.uid + " " + new String(found.name, StandardCharsets.UTF_8);
  }
}
