package io.coreaudit.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RuleKeysTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "etcd",
        "etcd\u0001secrets",
        "\u0001",
        "a\u0001\u0001b\u0001",
        "a key of many letters\u0001another of as many\u0001x"
      })
  void shouldWalkOverWhatIsJoined(String joined) {
    List<String> split = RuleKeys.split(joined);
    assertThat(RuleKeys.join(split)).isEqualTo(joined);
    assertThat(walked(joined)).isEqualTo(split);
  }

  @Test
  void shouldTellWhichIsAmongSome() {
    byte[][] some = {bytes("web"), bytes("secrets")};
    assertThat(isAmong("etcd\u0001secrets", some)).isTrue();
    assertThat(isAmong("etcd\u0001secret", some)).isFalse();
    assertThat(isAmong("secrets2", some)).isFalse();
    assertThat(isAmong("", some)).isFalse();
  }

  private static boolean isAmong(String joined, byte[][] some) {
    try (Pages pages = Pages.allocate(4096)) {
      RuleKeys keys = wrap(joined, pages);
      boolean among = false;
      while (keys.next()) {
        among |= keys.isAmong(some);
      }
      return among;
    }
  }

  private static List<String> walked(String joined) {
    try (Pages pages = Pages.allocate(4096)) {
      RuleKeys keys = wrap(joined, pages);
      List<String> walked = new ArrayList<>();
      while (keys.next()) {
        byte[] key = new byte[keys.length()];
        Memory.copy(keys.address(), key, 0, key.length);
        walked.add(new String(key, StandardCharsets.UTF_8));
      }
      return walked;
    }
  }

  private static RuleKeys wrap(String joined, Pages pages) {
    byte[] text = bytes(joined);
    Memory.copy(text, 0, pages.address(), text.length);
    return new RuleKeys().wrap(pages.address(), text.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
