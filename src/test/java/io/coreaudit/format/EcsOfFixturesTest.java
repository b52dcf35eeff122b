package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every log of test-fixtures/events, as records of the kernel and as lines of a file, gives events
/// whose raw records are the lines.
final class EcsOfFixturesTest {
  private static final Path EVENTS = EcsGoldenTest.FIXTURES.resolveSibling("events");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  static List<Path> logs() throws IOException {
    try (Stream<Path> files = Files.walk(EVENTS)) {
      return files
          .filter(file -> file.toString().endsWith(".log") || file.toString().endsWith(".log.gz"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveJsonThatHoldsTheRecords(Path log) throws IOException {
    String lines = records(log);
    assertThat(lines).isNotEmpty();
    StringBuilder raw = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      EcsEncoder encoder = new EcsEncoder(true);
      ByteOutput out = new ByteOutput(16);
      new Frames(arena)
          .each(
              "#! lines\n" + lines,
              frame -> {
                out.clear();
                encoder.encode(frame, out);
                JsonNode records = parsed(out).get("coreaudit").get("raw");
                records.forEach(record -> raw.append(record.asText()).append('\n'));
              });
    }
    // The fixtures are read as one byte a character: text beyond ASCII is UTF-8 in them, or broken.
    String expected =
        new String(lines.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8) + '\n';
    assertThat(collapsed(raw.toString())).isEqualTo(collapsed(expected));
  }

  /// The lines of a log that are records.
  static String records(Path log) throws IOException {
    return text(log)
        .lines()
        .filter(
            line ->
                line.matches(
                    "(node=\\S+ )?type=\\S+ (?=\\S{19})msg=audit\\(\\d+\\.\\d{1,3}:\\d+\\):.*"))
        .collect(Collectors.joining("\n"));
  }

  private static JsonNode parsed(ByteOutput out) {
    try {
      return JSON.readTree(out.array(), 0, out.length());
    } catch (IOException invalid) {
      throw new UncheckedIOException(
          new String(out.array(), 0, out.length(), StandardCharsets.UTF_8), invalid);
    }
  }

  private static String collapsed(String text) {
    return text.replaceAll("\ufffd+", "\ufffd");
  }

  private static String text(Path log) throws IOException {
    try (InputStream in = Files.newInputStream(log);
        InputStream plain = log.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
      return new String(plain.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
