package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each `X.log` of test-fixtures/format gives `X.log.ocsf` of test-fixtures/ocsf, and every event
/// keeps to the schema. `-Dgolden.rewrite=true` writes the golden files anew.
final class OcsfEncoderTest {
  private static final Path GOLDENS = EcsGoldenTest.FIXTURES.resolveSibling("ocsf");

  private final OcsfScene scene = new OcsfScene();

  private static List<Path> logs() throws IOException {
    return EcsGoldenTest.logs();
  }

  private static List<Path> fixtures() throws IOException {
    return EcsOfFixturesTest.logs();
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveTheGoldenEvents(Path log) throws IOException {
    StringBuilder events = new StringBuilder();
    OcsfScene.each(
        Files.readString(log, StandardCharsets.ISO_8859_1),
        frame -> {
          String line = scene.line(frame);
          OcsfScene.parsed(line);
          events.append(line);
        });
    Path golden = GOLDENS.resolve(log.getFileName() + ".ocsf");
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.createDirectories(GOLDENS);
      Files.writeString(golden, events);
    }
    assertThat(events.toString()).isEqualTo(Files.readString(golden));
  }

  @Test
  void shouldHaveAnInputForEachGolden() throws IOException {
    Set<String> expected = new HashSet<>();
    for (Path log : logs()) {
      expected.add(log.getFileName() + ".ocsf");
    }
    try (Stream<Path> files = Files.list(GOLDENS)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldKeepToTheSchemaAndHoldTheRecords(Path log) throws IOException {
    String lines = EcsOfFixturesTest.records(log);
    StringBuilder raw = new StringBuilder();
    OcsfScene.each(
        "#! lines\n" + lines,
        frame -> raw.append(scene.encoded(frame).get("raw_data").asText()).append('\n'));
    String expected =
        new String(lines.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8) + '\n';
    assertThat(raw.toString().replaceAll("\ufffd+", "\ufffd"))
        .isEqualTo(expected.replaceAll("\ufffd+", "\ufffd"));
  }

  /// Whoever may send records could put the end of a line into one, and a record of the kernel's
  /// behind it.
  @Test
  void shouldKeepEachRecordOnALineOfItsOwn() {
    String text =
        "audit(1.002:3): pid=1 uid=0 msg='a\ntype=SYSCALL msg=audit(1.002:3): uid=0\r\0exe=x'";
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event =
          scene.encoded(
              new Frames(arena).one(1005, new byte[0], text.getBytes(StandardCharsets.ISO_8859_1)));
      assertThat(event.get("raw_data").asText())
          .isEqualTo("type=USER msg=" + text.replaceAll("[\n\r\0]", " "));
    }
  }

  /// Of a log that is decoded nobody knows when it was received.
  @Test
  void shouldTellNoReceiptThatNobodyNoted() {
    byte[] text = "audit(1.002:3): pid=1".getBytes(StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = scene.encoded(new Frames(arena).one(1005, new byte[0], text));
      assertThat(event.get("metadata").has("logged_time")).isFalse();
    }
    JsonNode received = scene.encoded("type=CWD" + OcsfScene.STAMP + "cwd=\"/root\"");
    assertThat(received.at("/metadata/logged_time").asLong()).isEqualTo(1_795_321_990_000L);
  }

  @Test
  void shouldCarryNoRecordsWhereTheyAreNotWanted() {
    OcsfScene without = new OcsfScene(new OcsfEncoder("1", false));
    JsonNode event = without.encoded("type=CWD" + OcsfScene.STAMP + "cwd=\"/root\"");
    assertThat(event.has("raw_data")).isFalse();
  }

  /// Any bytes as any record: one event that keeps to the schema.
  @Property(tries = 2000)
  void shouldKeepToTheSchemaWhateverARecordHolds(
      @ForAll("types") int type, @ForAll("texts") byte[] text) {
    byte[] stamp = "audit(1.002:3): ".getBytes(StandardCharsets.US_ASCII);
    byte[] record = Arrays.copyOf(stamp, stamp.length + text.length);
    System.arraycopy(text, 0, record, stamp.length, text.length);
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = scene.encoded(new Frames(arena).one(type, new byte[0], record));
      assertThat(event.get("raw_data").asText()).isNotEmpty().doesNotContain("\n", "\r", "\0");
    }
  }

  @Provide("types")
  Arbitrary<Integer> types() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(1100, 1140),
        Arbitraries.integers().between(1300, 1340),
        Arbitraries.integers().between(1000, 3000));
  }

  @Provide("texts")
  Arbitrary<byte[]> texts() {
    Arbitrary<String> words =
        Arbitraries.oneOf(
            Arbitraries.of(Field.names()).flatMap(name -> value().map(value -> name + "=" + value)),
            value());
    return words
        .list()
        .ofMaxSize(15)
        .map(list -> String.join(" ", list).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Arbitrary<String> value() {
    return Arbitraries.oneOf(
        Arbitraries.of("0", "1", "4294967295", "yes", "\"/a\"", "?", "(null)", "2F61FF", "/x/"),
        Arbitraries.of("127.0.0.1", "c000003e", "msg='", "'", "\"\"", "=", ""),
        Arbitraries.strings().withCharRange('\u0001', '\u00ff').ofMaxLength(12));
  }

  @Test
  void shouldAllocateNothing() throws IOException {
    for (Path log : logs()) {
      Allocations.assertNone(
          Files.readString(log, StandardCharsets.ISO_8859_1), new OcsfEncoder("0.1.0", true));
    }
  }
}
