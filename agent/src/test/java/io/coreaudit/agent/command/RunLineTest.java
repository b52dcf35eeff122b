package io.coreaudit.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RunLineTest {
  @Test
  void shouldReadPlainLines() {
    assertThat(RunLine.of("run")).isEqualTo(new RunLine(null, List.of()));
    assertThat(RunLine.of("run", "-c", "a", "--set", "b=1", "--set=c=d=e"))
        .isEqualTo(new RunLine(Path.of("a"), List.of("b=1", "c=d=e")));
    assertThat(RunLine.of("run", "--config", "a").file()).isEqualTo(Path.of("a"));
  }

  @Test
  void shouldLeaveTheRestToTheLibrary() {
    assertThat(RunLine.of()).isNull();
    assertThat(RunLine.of("status")).isNull();
    assertThat(RunLine.of("run", "--help")).isNull();
    assertThat(RunLine.of("run", "-c")).isNull();
    assertThat(RunLine.of("run", "--set", "--help")).isNull();
    assertThat(RunLine.of("run", "-c", "a", "-c", "b")).isNull();
    assertThat(RunLine.of("run", "x")).isNull();
  }
}
