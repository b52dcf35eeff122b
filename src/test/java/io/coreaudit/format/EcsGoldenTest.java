package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each `X.log` of test-fixtures/format gives `X.log.golden`. `-Dgolden.rewrite=true` writes them
/// anew.
final class EcsGoldenTest {
  static final Path FIXTURES =
      Path.of(System.getProperty("basedir", ".")).resolve("../test-fixtures/format").normalize();
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  static List<Path> logs() throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveTheGoldenEvents(Path log) throws IOException {
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    StringBuilder events = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      EcsEncoder encoder = new EcsEncoder(true);
      ByteOutput out = new ByteOutput(16);
      new Frames(arena)
          .each(
              text,
              frame -> {
                out.clear();
                encoder.encode(frame, out);
                events.append(new String(out.array(), 0, out.length(), StandardCharsets.UTF_8));
              });
    }
    assertThat(events).isNotEmpty();
    for (String event : events.toString().split("\n")) {
      assertThat(JSON.readTree(event).get("ecs").get("version").asText()).isEqualTo("8.17.0");
    }
    Path golden = log.resolveSibling(log.getFileName() + ".golden");
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.writeString(golden, events);
    }
    assertThat(golden).exists();
    assertThat(events.toString()).isEqualTo(Files.readString(golden));
  }

  @Test
  void shouldHaveAnInputForEachGolden() throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      assertThat(files.map(Path::toString).filter(file -> !file.endsWith(".md")))
          .allMatch(
              file ->
                  file.endsWith(".golden")
                      ? Files.exists(Path.of(file.substring(0, file.length() - 7)))
                      : Files.exists(Path.of(file + ".golden")));
    }
  }
}
