package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Programs of the system that tests use: the oracles and the peers.
final class Command {
  private static final long SECONDS = 60;

  private Command() {}

  /// Skips the test where a program is missing; fails it with `CI=true`.
  static void require(String program) {
    boolean there =
        List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").stream()
            .anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
    if ("true".equals(System.getenv("CI"))) {
      assertThat(there).as("%s is installed", program).isTrue();
    }
    Assumptions.assumeTrue(there, program + " is not installed");
  }

  /// Skips the test for anybody but root; fails it with `CI=true`.
  ///
  /// @param why root: `to mount`
  static void requireRoot(String why) {
    boolean root = "root".equals(System.getProperty("user.name"));
    if ("true".equals(System.getenv("CI"))) {
      assertThat(root).as("CI runs tests as root").isTrue();
    }
    Assumptions.assumeTrue(root, "needs root, " + why);
  }

  /// Runs a program that must succeed; what it said.
  static String run(String... words) throws IOException, InterruptedException {
    return runWithin(SECONDS, words);
  }

  /// The same for one that takes its time.
  static String runWithin(long seconds, String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", words) + ": not done within " + seconds + " s");
    }
    assertThat(process.exitValue()).as("%s: %s", String.join(" ", words), said).isZero();
    return said;
  }
}
