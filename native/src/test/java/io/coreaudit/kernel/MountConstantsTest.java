package io.coreaudit.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What this machine's headers know of the numbers.
@ExtendWith(AbiProbeTest.NeedsGcc.class)
final class MountConstantsTest {
  private static final int KNOWN_TO_HEADERS_OF_6_1 = 40;

  @Test
  void shouldSayWhatTheHeadersSay(@TempDir Path work) throws Exception {
    Path binary = work.resolve("mount_probe");
    String probe = Path.of("src/main/c/mount_probe.c").toAbsolutePath().toString();
    run("/usr/bin/gcc", "-Wall", "-Wextra", "-Werror", "-o", binary.toString(), probe);
    String[] lines = run(binary.toString()).split("\n");
    assertThat(lines).hasSizeGreaterThanOrEqualTo(KNOWN_TO_HEADERS_OF_6_1);
    for (String line : lines) {
      String[] words = line.split(" ");
      assertThat(MountConstants.class.getField(words[0]).getInt(null))
          .as(words[0])
          .isEqualTo(Integer.parseInt(words[1]));
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
