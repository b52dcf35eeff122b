package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Over all events of the fixtures: valid JSON, the event whole in it.
final class EnvelopeEncoderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Path> logs() throws IOException {
    return EcsGoldenTest.logs();
  }

  private static void each(Path log, Consumer<FrameFlyweight> consumer) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(Files.readString(log, StandardCharsets.ISO_8859_1), consumer);
    }
  }

  private static String text(EventEncoder encoder, FrameFlyweight frame) {
    ByteOutput out = new ByteOutput(16);
    encoder.encode(frame, out);
    return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
  }

  private static List<JsonNode> values(String text) {
    try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(text)) {
      return new ArrayList<>(values.readAll());
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldNameEachDocumentByItsEvent(Path log) throws IOException {
    EventEncoder ecs = new EcsEncoder(true);
    EventEncoder bulk = EnvelopeEncoder.bulk(ecs);
    each(
        log,
        frame -> {
          JsonNode event = values(text(ecs, frame)).getFirst();
          List<JsonNode> lines = values(text(bulk, frame));
          assertThat(lines).hasSize(2);
          JsonNode id = event.at("/event/id");
          assertThat(lines.get(0).at("/create/_id")).isEqualTo(id);
          assertThat(lines.get(1)).isEqualTo(event);
        });
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveSplunkObjectsOrTextLineByLine(Path log) throws IOException {
    EventEncoder ecs = new EcsEncoder(true);
    EventEncoder raw = new RawEncoder();
    EventEncoder objects = EnvelopeEncoder.collector(ecs, true, "main", null, "coreaudit");
    EventEncoder lines = EnvelopeEncoder.collector(raw, false, null, "auditd", null);
    each(
        log,
        frame -> {
          JsonNode object = values(text(objects, frame)).getFirst();
          assertThat(object.get("event")).isEqualTo(values(text(ecs, frame)).getFirst());
          assertThat(object.get("index").asText()).isEqualTo("main");
          assertThat(object.get("sourcetype").asText()).isEqualTo("coreaudit");
          assertThat((long) (object.get("time").asDouble() * 1000 + 0.5))
              .isEqualTo(Stamps.epochMillis(frame));
          List<String> records = text(raw, frame).lines().toList();
          assertThat(values(text(lines, frame)))
              .hasSize(records.size())
              .allSatisfy(value -> assertThat(value.get("source").asText()).isEqualTo("auditd"));
        });
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldMakeLogRecordsWithACommaBehind(Path log) throws IOException {
    EventEncoder ecs = new EcsEncoder(true);
    EventEncoder logs = EnvelopeEncoder.log(ecs);
    each(
        log,
        frame -> {
          String record = text(logs, frame);
          assertThat(record).endsWith(",");
          JsonNode value = values(record.substring(0, record.length() - 1)).getFirst();
          JsonNode event = values(text(ecs, frame)).getFirst();
          assertThat(values(value.at("/body/stringValue").asText()).getFirst()).isEqualTo(event);
          assertThat(value.at("/attributes/0/value/stringValue")).isEqualTo(event.at("/event/id"));
        });
  }
}
