package io.coreaudit.decode;

import io.coreaudit.event.EventKind;
import io.coreaudit.json.Json;
import io.coreaudit.ledger.DeliveredEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads an ECS event as a receiver wrote it down: an object alone, behind whatever a syslog daemon
/// puts in front, or inside of `event` (Splunk's HEC) or `_source` (an Elasticsearch dump).
final class DeliveredJson {
  private static final String DATASET = "coreaudit.";
  private static final Pattern TOLD_TO_ONE_SINK = Pattern.compile(".*:gap:[0-9]+\\.[0-9]+");
  private static final Pattern BROKEN = Pattern.compile("([0-9]{1,9}):((?:[0-9a-f]{2})*)");

  /// What a line is.
  ///
  /// @param event null: none
  /// @param gap numbers that this receiver was not sent; null: it tells none
  record Line(DeliveredEvent event, Gap gap) {}

  /// Numbers that a sink could not be given.
  record Gap(String node, long first, long last, String reason) {}

  private DeliveredJson() {}

  /// The event of a line; null when it is none that can be placed.
  static Line read(byte[] line, int length) {
    int begin = 0;
    while (begin < length && line[begin] != '{') {
      begin++;
    }
    try {
      String object = new String(line, begin, length - begin, StandardCharsets.UTF_8);
      Json tree = unwrapped(Json.parse(object));
      return tree == null ? null : line(tree);
    } catch (IllegalArgumentException e) {
      return null; // no JSON, or none of ours: a number, a boot or a kind that is none
    }
  }

  private static Json unwrapped(Json tree) {
    for (Json each : List.of(tree, tree.at("_source"), tree.at("event"))) {
      if (each.at("coreaudit", "seq") != Json.NONE) {
        return each;
      }
    }
    return null;
  }

  private static Line line(Json tree) {
    String node = tree.at("host", "name").text();
    String id = tree.at("event", "id").text();
    String dataset = tree.at("event", "dataset").text();
    String boot = tree.at("host", "boot", "id").text();
    if (boot == null || node == null || id == null || dataset == null) {
      return null;
    }
    EventKind kind = kind(dataset);
    if (kind == EventKind.GAP && TOLD_TO_ONE_SINK.matcher(id).matches()) {
      Json gap = tree.at("coreaudit", "gap");
      String first = gap.at("first_seq").text();
      String last = gap.at("last_seq").text();
      return first == null || last == null
          ? new Line(null, null)
          : new Line(
              null,
              new Gap(node, Long.parseLong(first), Long.parseLong(last), gap.at("reason").text()));
    }
    return new Line(
        new DeliveredEvent(
            node,
            UUID.fromString(boot),
            Long.parseLong(tree.at("coreaudit", "seq").text()),
            kind,
            id,
            lines(tree.at("coreaudit"), kind != EventKind.AUDIT)),
        null);
  }

  private static EventKind kind(String dataset) {
    if (!dataset.startsWith(DATASET)) {
      throw new IllegalArgumentException(dataset);
    }
    String label = dataset.substring(DATASET.length());
    for (EventKind kind : EventKind.values()) {
      if (kind.label().equals(label)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(dataset);
  }

  /// The records as the format `raw` has them; null when they are not there as they were.
  private static List<byte[]> lines(Json coreaudit, boolean own) {
    boolean whole =
        coreaudit.at("redacted").text() == null && coreaudit.at("truncated").text() == null;
    List<Json> raw = coreaudit.at("raw").elements();
    if (!whole || raw.isEmpty()) {
      return null;
    }
    List<byte[]> lines = new ArrayList<>();
    for (Json each : raw) {
      String text = each.text();
      if (text == null) {
        return null;
      }
      lines.add(text.getBytes(StandardCharsets.UTF_8));
    }
    for (Json each : coreaudit.at("bytes", "coreaudit.raw").elements()) {
      String broken = each.text();
      if (broken == null || !mend(lines, broken, own)) {
        return null;
      }
    }
    lines.forEach(DeliveredJson::onOneLine);
    return lines;
  }

  /// Puts bytes that are no UTF-8 back in their place: `index:hex`.
  private static boolean mend(List<byte[]> lines, String broken, boolean own) {
    Matcher element = BROKEN.matcher(broken);
    if (!element.matches() || Integer.parseInt(element.group(1)) >= lines.size()) {
      return false;
    }
    int index = Integer.parseInt(element.group(1));
    byte[] bytes = HexFormat.of().parseHex(element.group(2));
    String line = new String(lines.get(index), StandardCharsets.UTF_8);
    // The agent notes what came to it: not what it puts in front of the kernel's text itself.
    int begin = 0;
    if (own) {
      begin = line.indexOf("): ") + 3;
    } else if (new String(bytes, StandardCharsets.ISO_8859_1).startsWith("audit(")) {
      begin = line.indexOf(" msg=") + 5;
    }
    byte[] whole =
        Arrays.copyOf(
            line.substring(0, begin).getBytes(StandardCharsets.UTF_8), begin + bytes.length);
    System.arraycopy(bytes, 0, whole, begin, bytes.length);
    lines.set(index, whole);
    return true;
  }

  // As the format `raw` does.
  private static void onOneLine(byte[] line) {
    for (int i = 0; i < line.length; i++) {
      if (line[i] == '\n' || line[i] == '\r' || line[i] == 0) {
        line[i] = ' ';
      }
    }
  }
}
