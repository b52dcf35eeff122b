package io.coreaudit.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The files that follow from `ConfigKey` say what it says. `-Dcoreaudit.rewrite=true` writes them.
final class GeneratedFilesTest {
  private static final Path FILE = Path.of("src/main/dist/etc/coreaudit.yaml");
  private static final Path TABLE = Path.of("../src/docs/configuration.md");

  @Test
  void shouldHaveAFreshReferenceFile() throws Exception {
    shouldBeFresh(FILE, Reference.file());
  }

  @Test
  void shouldHaveAFreshTable() throws Exception {
    shouldBeFresh(TABLE, Reference.table());
  }

  @Test
  void shouldMeanTheDefaultsWithAndWithoutItsComments() throws Exception {
    AgentConfig defaults = ConfigReader.readText("c.yaml", "", List.of()).config();
    String file = Reference.file();
    assertThat(ConfigReader.readText("c.yaml", file, List.of()).config()).isEqualTo(defaults);
    String live = file.replaceAll("(?m)^( *)#(?=[^ \n])", "$1");
    assertThat(live.lines().filter(line -> line.matches(" *-? ?[a-z_]+: .+")).count())
        .isGreaterThan(20);
    assertThat(ConfigReader.readText("c.yaml", live, List.of()).config()).isEqualTo(defaults);
  }

  @Test
  void shouldTakeNoSecretButTheFileThatHoldsIt() {
    for (ConfigKey key : ConfigKey.values()) {
      if (key.key().matches(".*(password|secret|token|credential)[^.]*")) {
        assertThat(key.key()).endsWith("_file");
      }
    }
  }

  @Test
  void shouldDescribeEachKeyInASentence() {
    for (ConfigKey key : ConfigKey.values()) {
      assertThat(key.sentence()).matches("[A-Za-z].*\\.").doesNotContain("|", "\n");
    }
  }

  private static void shouldBeFresh(Path file, String text) throws IOException {
    if (Boolean.getBoolean("coreaudit.rewrite")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
    assertThat(file)
        .as("stale: run mvn -pl agent -am test -Dtest=GeneratedFilesTest -Dcoreaudit.rewrite=true")
        .content()
        .isEqualTo(text);
  }
}
