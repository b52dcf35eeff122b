package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.mount.Mount;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SecretNewsTest {
  private final List<String> told = new ArrayList<>();
  private long nowNs = TimeUnit.MINUTES.toNanos(-3);
  private final SecretNews news =
      new SecretNews(
          event -> told.add(new String(event.text(), StandardCharsets.UTF_8)), () -> nowNs);

  private static Mount secret(int id) {
    return new Mount(id, id, 1, 0, id, "/", "/s" + id, "tmpfs", "tmpfs", "rw", "rw", "");
  }

  @Test
  void shouldTellTwentyAMinuteAndTheOthersAsANumber() {
    for (int i = 1; i <= 100; i++) {
      news.uncovered(secret(i), "ENOMEM");
    }
    news.covered(secret(1), "later");
    assertThat(told).hasSize(20);
    assertThat(told.getLast())
        .isEqualTo("state=\"uncovered\" path=\"/s20\" key=\"openshift_secret\" detail=\"ENOMEM\"");
    nowNs += TimeUnit.SECONDS.toNanos(59);
    news.sumUp();
    assertThat(told).as("its minute goes on").hasSize(20);
    nowNs += TimeUnit.SECONDS.toNanos(1);
    told.clear();
    news.sumUp();
    String which = " path=\"further mounted secrets\" key=\"openshift_secret\" secrets=";
    assertThat(told)
        .containsExactly(
            "state=\"uncovered\"" + which + "80 detail=\"ENOMEM\"",
            "state=\"covered\"" + which + "1");
    nowNs += TimeUnit.MINUTES.toNanos(5);
    news.sumUp();
    assertThat(told).as("once").hasSize(2);
    news.covered(secret(2), "later");
    assertThat(told.getLast())
        .isEqualTo("state=\"covered\" path=\"/s2\" key=\"openshift_secret\" detail=\"later\"");
  }

  @Test
  void shouldSumUpBeforeTheFirstOfTheNextMinute() {
    for (int i = 1; i <= 21; i++) {
      news.uncovered(secret(i), "ENOMEM");
    }
    nowNs += TimeUnit.MINUTES.toNanos(1);
    news.uncovered(secret(22), "ENOMEM");
    assertThat(told).hasSize(22);
    assertThat(told.get(20)).contains("secrets=1 ");
    assertThat(told.get(21)).contains("path=\"/s22\"");
  }
}
