package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CanaryRotaTest {
  private static final Path ANCHOR = Path.of("/run/secrets");
  private static final Path A = Path.of("/a");
  private static final Path B = Path.of("/b");
  private static final Path C = Path.of("/c");

  private final CanaryRota rota = new CanaryRota();

  private List<Path> round(Path always, Path... covered) {
    List<Path> round = rota.round(List.of(covered), always);
    round.forEach(path -> rota.heard(path, always));
    rota.over();
    return round;
  }

  @Test
  void shouldOpenTheSecretsCanaryInEachRoundAndTheOthersInTurn() {
    assertThat(round(ANCHOR, A, ANCHOR, B, C)).containsExactly(ANCHOR, A, B, C);
    List<Path> turns = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      List<Path> round = round(ANCHOR, A, ANCHOR, B, C);
      assertThat(round).startsWith(ANCHOR).hasSize(2);
      turns.add(round.getLast());
    }
    assertThat(turns).containsExactly(A, B, C, A, B, C);
  }

  @Test
  void shouldGoOnWhereTheFirstRoundHadNoMoreTime() {
    assertThat(rota.round(List.of(A, B, C), null)).containsExactly(A, B, C);
    rota.heard(A, null);
    rota.over();
    assertThat(round(null, A, B, C)).containsExactly(B);
    assertThat(round(null, A, B, C)).containsExactly(C);
  }

  @Test
  void shouldDoWithoutEither() {
    assertThat(round(ANCHOR, A)).as("no secret is attached").containsExactly(A);
    assertThat(round(ANCHOR, ANCHOR)).containsExactly(ANCHOR);
    assertThat(round(ANCHOR)).isEmpty();
  }
}
