package io.coreaudit.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DecodeProgressTest {
  private static final long SECOND_NS = 1_000_000_000L;

  @TempDir private Path dir;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long nowNs;

  private DecodeProgress progress(List<Path> files, boolean shown) throws IOException {
    return new DecodeProgress(files, new PrintStream(err, true), shown, () -> nowNs);
  }

  private String shown() {
    String text = err.toString(StandardCharsets.UTF_8);
    err.reset();
    return text;
  }

  @Test
  void shouldTellHowFarItIsAfterASecondAndTwiceASecond() throws IOException {
    Path one = Files.write(dir.resolve("audit.log.1"), new byte[3 << 20]);
    Path two = Files.write(dir.resolve("audit.log"), new byte[1 << 20]);
    DecodeProgress progress = progress(List.of(one, two), true);
    progress.begin(one);
    nowNs = SECOND_NS - 1;
    progress.at(1 << 20);
    assertThat(shown()).isEmpty();
    nowNs = SECOND_NS;
    progress.at(2 << 20);
    assertThat(shown()).isEqualTo("\r\033[K 50 % of 4.0 MiB, 2 MiB/s, audit.log.1");
    nowNs += SECOND_NS / 2 - 1;
    progress.at(3 << 20);
    assertThat(shown()).isEmpty();
    progress.begin(two);
    nowNs = 2 * SECOND_NS;
    progress.at(1 << 20);
    assertThat(shown()).isEqualTo("\r\033[K100 % of 4.0 MiB, 2 MiB/s, audit.log");
    progress.end();
    assertThat(shown()).isEqualTo("\r\033[K");
  }

  @Test
  void shouldTellHowMuchOfStandardInputItHas() throws IOException {
    DecodeProgress progress = progress(List.of(), true);
    nowNs = 2 * SECOND_NS;
    progress.at(4 << 20);
    assertThat(shown()).isEqualTo("\r\033[K4.0 MiB, 2 MiB/s, standard input");
  }

  @Test
  void shouldSayNothingWhereNobodyLooks() throws IOException {
    DecodeProgress progress = progress(List.of(), false);
    nowNs = 20 * SECOND_NS;
    progress.at(5 << 20);
    progress.end();
    assertThat(shown()).isEmpty();
  }
}
