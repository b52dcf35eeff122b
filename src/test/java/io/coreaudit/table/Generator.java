package io.coreaudit.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// A script of `main/tables` that makes a class.
record Generator(String script, String className) {
  private static final Path TREE = Path.of(System.getProperty("basedir", "."));

  /// What it makes on this machine. Skips the test where there is no python3.
  String made() throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  "python3",
                  "-B",
                  TREE.resolve("main/tables").resolve(script).toString(),
                  "--print")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
    } catch (IOException noPython) {
      assumeTrue(false, "no python3: " + noPython.getMessage());
      throw noPython;
    }
    String made = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return made;
  }

  /// The class as it stands in the tree.
  String kept() throws IOException {
    return Files.readString(TREE.resolve("main/java/io/coreaudit/table").resolve(className));
  }
}
