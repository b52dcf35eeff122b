package io.coreaudit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Jazzer fuzzes one target a JVM, and passes over all others of a class in silence.
class FuzzTargetsTest {
  private static final Pattern TARGET = Pattern.compile("^ *@FuzzTest\\b", Pattern.MULTILINE);

  @Test
  void shouldHaveOneTargetAClass() throws Exception {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(Path.of("fuzz/java"))) {
      sources = files.filter(file -> file.toString().endsWith("FuzzTest.java")).toList();
    }
    assertThat(sources).hasSizeGreaterThanOrEqualTo(4);
    for (Path source : sources) {
      long targets = TARGET.matcher(Files.readString(source)).results().count();
      assertThat(targets).as("%s", source).isOne();
    }
  }
}
