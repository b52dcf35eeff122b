package io.coreaudit.agent;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.spool.SpoolInspector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What tests ask of one line of ECS. A line that is not one JSON object with an id and a number
/// fails the test.
///
/// @param path `file.path`, empty when there is none
/// @param json the whole line; kept only where there are few, else null
record Event(
    String id,
    long seq,
    String dataset,
    long serial,
    long pid,
    String path,
    boolean incomplete,
    int lengthBytes,
    JsonNode json) {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final String AUDIT = "coreaudit.audit";

  static Event of(String line) {
    return of(line.getBytes(StandardCharsets.UTF_8), 0, -1);
  }

  private static Event of(byte[] line, int from, int length) {
    int bytes = length < 0 ? line.length : length;
    try {
      JsonNode json = MAPPER.readTree(line, from, bytes);
      String id = json.at("/event/id").asText();
      long seq = json.at("/coreaudit/seq").asLong();
      if (id.isEmpty() || seq == 0) {
        throw new AssertionError("no event.id or coreaudit.seq in: " + json);
      }
      String dataset = json.at("/event/dataset").asText();
      return new Event(
          id,
          seq,
          dataset,
          json.at("/coreaudit/serial").asLong(),
          json.at("/process/pid").asLong(),
          json.at("/file/path").asText(),
          json.at("/coreaudit/incomplete").asBoolean(),
          bytes + 1,
          dataset.equals(AUDIT) ? null : json);
    } catch (IOException e) {
      throw new AssertionError(
          "not a line of JSON: " + new String(line, from, bytes, StandardCharsets.UTF_8), e);
    }
  }

  /// Every event of a file of lines, the last one with its end.
  static List<Event> read(Path file) {
    return lines(file, true);
  }

  /// Every event of a file that is being written: a line without an end is not there yet.
  static List<Event> soFar(Path file) {
    return lines(file, false);
  }

  private static List<Event> lines(Path file, boolean whole) {
    List<Event> events = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(file)) {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (c != '\n') {
          line.append((char) c);
          continue;
        }
        events.add(of(line.toString()));
        line.setLength(0);
      }
      if (whole && !line.isEmpty()) {
        throw new AssertionError("a line without an end: " + line);
      }
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Every event of a file of lines, whole.
  static List<JsonNode> trees(Path file) {
    try {
      List<JsonNode> trees = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        trees.add(MAPPER.readTree(line));
      }
      return trees;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Every event that a spool holds; also while an agent writes.
  static List<Event> spooled(Path spool) {
    List<Event> events = new ArrayList<>();
    EcsEncoder encoder = new EcsEncoder(false);
    ByteOutput out = new ByteOutput(1 << 16);
    SpoolInspector.of(spool)
        .cat(
            frame -> {
              events.add(encode(encoder, frame, out));
              return true;
            });
    return events;
  }

  private static Event encode(EcsEncoder encoder, FrameFlyweight frame, ByteOutput out) {
    out.clear();
    encoder.encode(frame, out);
    return of(out.array(), 0, out.length());
  }

  /// An event of the kernel, not one of the agent itself.
  boolean isAudit() {
    return dataset.equals(AUDIT);
  }

  /// An event of the agent itself: `gap`, `start`.
  boolean is(String kind) {
    return dataset.equals("coreaudit." + kind);
  }

  /// A field of an event of the agent itself.
  String own(String field) {
    return json == null
        ? ""
        : json.at("/coreaudit/" + dataset.substring("coreaudit.".length()) + "/" + field).asText();
  }
}
