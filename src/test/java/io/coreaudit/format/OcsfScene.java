package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Records as OCSF, each event held against the schema.
final class OcsfScene {
  static final String STAMP = " msg=audit(1795321989.984:3022): ";

  /// Ends the record of a call.
  static final String WHO =
      " ppid=1 pid=2 auid=1000 uid=0 gid=0 euid=0 ses=3 comm=\"x\" exe=\"/usr/bin/x\" ";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final OcsfEncoder encoder;
  private final ByteOutput out = new ByteOutput(64);

  OcsfScene() {
    this(new OcsfEncoder("0.1.0", true));
  }

  OcsfScene(OcsfEncoder encoder) {
    this.encoder = encoder;
  }

  JsonNode encoded(FrameFlyweight frame) {
    return parsed(line(frame));
  }

  /// The one event that some records are.
  JsonNode encoded(String... records) {
    List<JsonNode> events = new ArrayList<>();
    each(String.join("\n", records), frame -> events.add(encoded(frame)));
    assertThat(events).hasSize(1);
    return events.getFirst();
  }

  String line(FrameFlyweight frame) {
    out.clear();
    encoder.encode(frame, out);
    return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
  }

  static JsonNode parsed(String line) {
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    try {
      JsonNode event = JSON.readTree(line);
      assertThat(OcsfSchema.faults(event)).as(line).isEmpty();
      return event;
    } catch (IOException invalid) {
      throw new UncheckedIOException(line, invalid);
    }
  }

  static void each(String text, Consumer<FrameFlyweight> consumer) {
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(text, consumer);
    }
  }
}
