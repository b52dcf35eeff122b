package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Processes that open one file again and again: `src/bench/open_load.c`, built once a run.
final class Load implements AutoCloseable {
  private static final Path SOURCE = Path.of("..", "src", "bench", "open_load.c");
  private static final Path PROGRAM = Path.of("target", "open_load");
  private static final Pattern OPENS = Pattern.compile("opens=([0-9]+)");
  private static final int LONGEST_SECONDS = 300;

  private final List<Process> generators = new ArrayList<>();

  private Load() {}

  /// Starts generators.
  ///
  /// @param opens of each
  /// @param perSecond of each; 0: as fast as the kernel lets them
  static Load start(Path file, int opens, int generators, int perSecond)
      throws IOException, InterruptedException {
    String program = program();
    Load load = new Load();
    for (int i = 0; i < generators; i++) {
      load.generators.add(
          new ProcessBuilder(
                  program, file.toString(), Integer.toString(opens), Integer.toString(perSecond))
              .redirectErrorStream(true)
              .start());
    }
    return load;
  }

  private static synchronized String program() throws IOException, InterruptedException {
    if (!Files.exists(PROGRAM)
        || Files.getLastModifiedTime(PROGRAM).compareTo(Files.getLastModifiedTime(SOURCE)) < 0) {
      Command.require("gcc");
      Files.createDirectories(PROGRAM.getParent());
      Path fresh = Path.of(PROGRAM + ".new");
      Command.run("gcc", "-O2", "-o", fresh.toString(), SOURCE.toString());
      Files.move(fresh, PROGRAM, StandardCopyOption.REPLACE_EXISTING);
    }
    return PROGRAM.toAbsolutePath().toString();
  }

  /// Waits for their end.
  ///
  /// @return opens of all
  int await() throws IOException, InterruptedException {
    int opens = 0;
    for (Process generator : generators) {
      assertThat(generator.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).as("load ended").isTrue();
      String said = new String(generator.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher count = OPENS.matcher(said);
      assertThat(count.find()).as("open_load said '%s'", said).isTrue();
      opens += Integer.parseInt(count.group(1));
    }
    return opens;
  }

  boolean running() {
    return generators.stream().anyMatch(Process::isAlive);
  }

  List<Long> pids() {
    return generators.stream().map(Process::pid).toList();
  }

  @Override
  public void close() {
    generators.forEach(Process::destroyForcibly);
  }
}
