package io.coreaudit.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;

/// The manual pages and the shell's completion say what the command line and the table of keys say.
/// `-Dcoreaudit.rewrite=true` writes them.
final class ManualTest {
  private static final Path DIST = Path.of("src/main/dist");

  private static CommandLine commands() {
    return new CommandLineInterface(_ -> 0, System.out, System.err).commands();
  }

  @Test
  void shouldHaveAFreshPageOfTheCommands() throws Exception {
    String page = Manual.commands(commands());
    shouldBeFresh(DIST.resolve("man/coreaudit.8"), page);
    for (String command : List.of("run", "decode", "rules apply", "spool verify", "config check")) {
      assertThat(page).contains("\n.SS coreaudit " + command + "\n");
    }
  }

  @Test
  void shouldHaveAFreshPageOfTheConfiguration() throws Exception {
    shouldBeFresh(DIST.resolve("man/coreaudit.yaml.5"), Manual.configuration());
  }

  @Test
  void shouldHaveAFreshCompletion() throws Exception {
    shouldBeFresh(DIST.resolve("completion/coreaudit"), AutoComplete.bash("coreaudit", commands()));
  }

  private static void shouldBeFresh(Path file, String text) throws IOException {
    if (Boolean.getBoolean("coreaudit.rewrite")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
    assertThat(file)
        .as("stale: run mvn -pl agent -am test -Dtest=ManualTest -Dcoreaudit.rewrite=true")
        .content()
        .isEqualTo(text);
  }
}
