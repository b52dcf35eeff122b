package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// Reads the exact bytes of texts out of ECS events, as a receiver does: a text is its bytes in
/// UTF-8, unless `coreaudit.bytes` has them under the name of its place.
final class ExactBytes {
  private static final String REPLACEMENT = "\ufffd";
  private static final byte[] REPLACEMENT_BYTES = REPLACEMENT.getBytes(StandardCharsets.UTF_8);

  private ExactBytes() {}

  /// The bytes of a text; null when the event has no such place.
  ///
  /// @param place its names with points between, as in `coreaudit.bytes`
  static byte[] of(JsonNode event, String place) {
    JsonNode text = at(event, place);
    if (text.isMissingNode()) {
      return null;
    }
    JsonNode noted = event.path("coreaudit").path("bytes").path(place);
    return noted.isMissingNode()
        ? text.asText().getBytes(StandardCharsets.UTF_8)
        : HexFormat.of().parseHex(noted.asText());
  }

  /// The bytes of an element of a list; null when it has none such.
  static byte[] of(JsonNode event, String place, int index) {
    JsonNode text = at(event, place).path(index);
    if (text.isMissingNode()) {
      return null;
    }
    for (JsonNode noted : event.path("coreaudit").path("bytes").path(place)) {
      if (noted.asText().startsWith(index + ":")) {
        return HexFormat.of().parseHex(noted.asText().substring((index + ":").length()));
      }
    }
    return text.asText().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode at(JsonNode event, String place) {
    JsonNode node = event;
    for (String name : place.split("\\.")) {
      node = node.path(name);
    }
    return node;
  }

  /// Holds an event of raw records to its frame: each record's exact bytes can be had, and no text
  /// says U+FFFD that the records do not say and that `coreaudit.bytes` does not explain.
  static void check(JsonNode event, FrameFlyweight frame) {
    boolean whole = !event.path("coreaudit").path("truncated").asBoolean();
    boolean says = false;
    int index = 0;
    frame.rewindRecords();
    while (frame.nextRecord()) {
      boolean line = frame.recordPrefixLength() > 0;
      byte[] bytes =
          line
              ? bytes(frame.recordPrefix(), frame.recordPrefixLength() + frame.recordTextLength())
              : bytes(frame.recordText(), frame.recordTextLength());
      says |= contains(bytes, REPLACEMENT_BYTES);
      says |= new String(bytes, StandardCharsets.ISO_8859_1).toUpperCase().contains("EFBFBD");
      if (whole) {
        byte[] had = of(event, "coreaudit.raw", index);
        if (line) {
          assertThat(had).isEqualTo(bytes);
        } else {
          // What stands before a record of the kernel is ours.
          assertThat(Arrays.copyOfRange(had, had.length - bytes.length, had.length))
              .isEqualTo(bytes);
        }
      }
      index++;
    }
    if (!says && whole) {
      explained(event, event, "");
    }
  }

  private static void explained(JsonNode event, JsonNode node, String place) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              each ->
                  explained(
                      event,
                      each.getValue(),
                      place.isEmpty() ? each.getKey() : place + "." + each.getKey()));
    } else if (node.isArray() && node.path(0).isTextual()) {
      for (int i = 0; i < node.size(); i++) {
        if (node.get(i).asText().contains(REPLACEMENT)) {
          assertThat(contains(of(event, place, i), REPLACEMENT_BYTES)).as(place).isFalse();
        }
      }
    } else if (node.isTextual() && node.asText().contains(REPLACEMENT)) {
      // The node in `event.id` is that of `host.name`, the type in `event.action` is in lower case.
      if (!place.equals("event.id") && !place.equals("event.action")) {
        assertThat(contains(of(event, place), REPLACEMENT_BYTES)).as(place).isFalse();
      }
    }
  }

  private static byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = Memory.byteAt(address + i);
    }
    return bytes;
  }

  private static boolean contains(byte[] bytes, byte[] wanted) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.contains(new String(wanted, StandardCharsets.ISO_8859_1));
  }
}
