package io.coreaudit.decode;

import io.coreaudit.event.EventKind;
import io.coreaudit.ledger.DeliveredEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads events of the format `raw` as a syslog receiver wrote them down: a record a line, behind
/// its message's structured data, in which number, boot and place of the record stand.
///
/// An event is whole when each of its records came, one after the other; one that is not is none. A
/// delivery that broke in the middle of an event begins it anew.
final class DeliveredSyslog {
  private static final Pattern DATA =
      Pattern.compile("\\[[!-~&&[^\\]\"=]]+((?: [a-z]+=\"(?:[^\"\\\\]|\\\\.)*\")+)\\] ");
  private static final Pattern PARAMETER = Pattern.compile(" ([a-z]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern OWN =
      Pattern.compile("(.*):[0-9a-f-]{36}:([a-z]+):[0-9]+(\\.[0-9]+)?");
  private static final Pattern KERNELS = Pattern.compile("(.*):[0-9]+\\.[0-9]{3}:[0-9]+(?:\\..*)?");
  private static final Pattern FIELD = Pattern.compile(" (first_seq|last_seq|reason)=\"?(\\w+)");

  /// So many records an event has at most, far more than any.
  private static final int MOST_RECORDS = 1 << 16;

  private final List<byte[]> lines = new ArrayList<>();
  private byte[] text = {};
  private String event = "";
  private int part;

  /// Whether a line is a message of such an event.
  static boolean is(byte[] line, int length) {
    if (line[0] == '{') {
      return false; // an object: no need to look
    }
    String begin = new String(line, 0, Math.min(length, 4096), StandardCharsets.ISO_8859_1);
    Matcher data = DATA.matcher(begin);
    return data.find() && data.group(1).contains(" records=\"");
  }

  /// Takes a message; what it ends, or null.
  DeliveredJson.Line take(byte[] line, int length) {
    String all = new String(line, 0, length, StandardCharsets.ISO_8859_1);
    Matcher data = DATA.matcher(all);
    if (!data.find()) {
      return null;
    }
    Map<String, String> values = new HashMap<>();
    for (Matcher each = PARAMETER.matcher(data.group(1)); each.find(); ) {
      values.put(each.group(1), each.group(2).replaceAll("\\\\(.)", "$1"));
    }
    byte[] piece = Arrays.copyOfRange(line, data.end(), length);
    try {
      return take(values, piece);
    } catch (IllegalArgumentException e) {
      return null; // no number, or no boot
    }
  }

  private DeliveredJson.Line take(Map<String, String> values, byte[] piece) {
    String id = values.get("id");
    if (id == null) {
      return null;
    }
    int record = Integer.parseInt(values.get("record"));
    int records = Integer.parseInt(values.get("records"));
    int at = Integer.parseInt(values.getOrDefault("part", "1"));
    int parts = Integer.parseInt(values.getOrDefault("parts", "1"));
    if (record == 1 && at == 1) {
      begin(id);
    }
    boolean isNext = id.equals(event) && record == lines.size() + 1 && at == part + 1;
    if (!isNext || values.containsKey("cut") || records > MOST_RECORDS) {
      begin("");
      return null;
    }
    text = Arrays.copyOf(text, text.length + piece.length);
    System.arraycopy(piece, 0, text, text.length - piece.length, piece.length);
    part = at;
    if (at == parts) {
      lines.add(text);
      text = new byte[0];
      part = 0;
    }
    return lines.size() < records
        ? null
        : whole(id, UUID.fromString(values.get("boot")), Long.parseLong(values.get("seq")));
  }

  private void begin(String id) {
    event = id;
    lines.clear();
    text = new byte[0];
    part = 0;
  }

  private DeliveredJson.Line whole(String id, UUID boot, long seq) {
    List<byte[]> records = List.copyOf(lines);
    begin("");
    Matcher own = OWN.matcher(id);
    if (own.matches()) {
      EventKind kind = DeliveredJson.kindOf(own.group(2));
      return kind == EventKind.GAP && own.group(3) != null
          ? new DeliveredJson.Line(null, gap(own.group(1), records.getFirst()))
          : event(own.group(1), boot, seq, kind, id, records);
    }
    Matcher kernels = KERNELS.matcher(id);
    return kernels.matches()
        ? event(kernels.group(1), boot, seq, EventKind.AUDIT, id, records)
        : null;
  }

  private static DeliveredJson.Line event(
      String node, UUID boot, long seq, EventKind kind, String id, List<byte[]> records) {
    return new DeliveredJson.Line(new DeliveredEvent(node, boot, seq, kind, id, records), null);
  }

  private static DeliveredJson.Gap gap(String node, byte[] line) {
    Map<String, String> values = new HashMap<>();
    Matcher field = FIELD.matcher(new String(line, StandardCharsets.ISO_8859_1));
    while (field.find()) {
      values.put(field.group(1), field.group(2));
    }
    return values.containsKey("first_seq") && values.containsKey("last_seq")
        ? new DeliveredJson.Gap(
            node,
            Long.parseLong(values.get("first_seq")),
            Long.parseLong(values.get("last_seq")),
            values.get("reason"))
        : null;
  }
}
