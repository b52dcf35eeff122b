package io.coreaudit.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

/// Compiles the probe against this machine's headers, and compares every line with the Java
/// classes.
@ExtendWith(AbiProbeTest.NeedsGcc.class)
final class AbiProbeTest {
  private static final Path PROBE = Path.of("src/main/c/abi_probe.c").toAbsolutePath();

  /// Skips where there is no C compiler; under `CI=true` the test runs, and fails for want of it.
  static final class NeedsGcc implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return Files.isExecutable(Path.of("/usr/bin/gcc")) || "true".equals(System.getenv("CI"))
          ? ConditionEvaluationResult.enabled("gcc")
          : ConditionEvaluationResult.disabled("no gcc: the constants are not compared");
    }
  }

  @Test
  void shouldSayWhatTheHeadersSay(@TempDir Path work) throws Exception {
    List<String> lines = probe(work);
    Set<String> compared = new HashSet<>();
    for (String line : lines) {
      String[] words = line.split(" ", 4);
      Field field = Class.forName("io.coreaudit.kernel." + words[0]).getField(words[1]);
      assertThat(field.getInt(null)).as(line).isEqualTo((int) Long.parseLong(words[2]));
      if (words[0].equals("Errno")) {
        assertThat(Errno.text(field.getInt(null))).as(line).isEqualTo(words[3]);
        assertThat(Errno.name(field.getInt(null))).as(line).isEqualTo(words[1]);
      }
      compared.add(words[0] + "." + words[1]);
    }
    assertThat(compared)
        .containsAll(constants(AuditConstants.class))
        .containsAll(constants(LinuxConstants.class))
        .containsAll(constants(Errno.class));
  }

  private static List<String> probe(Path work) throws IOException, InterruptedException {
    Path binary = work.resolve("abi_probe");
    run("/usr/bin/gcc", "-Wall", "-Wextra", "-Werror", "-o", binary.toString(), PROBE.toString());
    return run(binary.toString()).lines().toList();
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  private static List<String> constants(Class<?> type) {
    return List.of(type.getFields()).stream()
        .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == int.class)
        .map(field -> type.getSimpleName() + "." + field.getName())
        .toList();
  }
}
