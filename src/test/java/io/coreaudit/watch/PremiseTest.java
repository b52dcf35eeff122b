package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PremiseTest {
  private final List<String> told = new ArrayList<>();
  private final Premise premise =
      new Premise(
          "all secrets",
          "k",
          Watch.Cause.NOT_FOLLOWED,
          event -> told.add(event.kind() + " " + new String(event.text(), StandardCharsets.UTF_8)));

  @Test
  void shouldBeAnOpenWatchWhileItDoesNotHoldAndTellOnce() {
    assertThat(premise.watch()).isNull();
    premise.set("refused");
    premise.set("refused");
    assertThat(premise.watch().open()).isTrue();
    assertThat(premise.watch().reason()).isEqualTo("refused");
    assertThat(premise.watch().kind()).isEqualTo(Watch.Kind.PREMISE);
    Instant since = premise.watch().since();
    premise.set("refused otherwise");
    assertThat(premise.watch().since()).as("not since then").isEqualTo(since);
    premise.set("");
    premise.set("");
    assertThat(premise.holds()).isTrue();
    assertThat(premise.watch()).isNull();
    assertThat(told)
        .containsExactly(
            "WATCH state=\"uncovered\" path=\"all secrets\" key=\"k\" detail=\"refused\"",
            "WATCH state=\"uncovered\" path=\"all secrets\" key=\"k\" detail=\"refused otherwise\"",
            "WATCH state=\"covered\" path=\"all secrets\" key=\"k\"");
  }

  @Test
  void shouldTellNothingOfWhatIsOnlyExpected() {
    premise.expect("not yet");
    assertThat(premise.trouble()).isEqualTo("not yet");
    premise.set("");
    assertThat(told).isEmpty();
  }
}
