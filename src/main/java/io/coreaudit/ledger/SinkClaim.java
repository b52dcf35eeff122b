package io.coreaudit.ledger;

import io.coreaudit.event.OwnEventWalk;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a heartbeat says of one sink.
///
/// @param cursor number of the event up to which its receiver has what it is to have: which of
///   these it was not sent has been told, in this heartbeat or before
/// @param unsent numbers that it was not sent, with the reasons
record SinkClaim(long cursor, List<Holes.Range> unsent) {
  private static final String SINK = "sink_";
  private static final String CURSOR = "_cursor";
  private static final String UNSENT = "_unsent";

  /// Reads the text of a heartbeat; null when it does not say which sink is meant, or nothing of
  /// it.
  ///
  /// @param sink its name; null: the only one there is
  static SinkClaim read(long address, int length, String sink) {
    Map<String, String> cursors = new HashMap<>();
    Map<String, String> unsent = new HashMap<>();
    OwnEventWalk walk = new OwnEventWalk().wrap(address, length);
    while (walk.next()) {
      String field = text(walk.nameAddress(), walk.nameLength());
      if (field.startsWith(SINK)) {
        put(cursors, field, CURSOR, walk);
        put(unsent, field, UNSENT, walk);
      }
    }
    String name = sink == null && cursors.size() == 1 ? cursors.keySet().iterator().next() : sink;
    String cursor = name == null ? null : cursors.get(name);
    try {
      return cursor == null
          ? null
          : new SinkClaim(Long.parseLong(cursor), ranges(unsent.getOrDefault(name, "")));
    } catch (IllegalArgumentException e) {
      return null; // no numbers
    }
  }

  private static void put(Map<String, String> to, String field, String end, OwnEventWalk walk) {
    if (field.endsWith(end) && field.length() > SINK.length() + end.length()) {
      to.put(
          field.substring(SINK.length(), field.length() - end.length()),
          text(walk.valueAddress(), walk.valueLength()));
    }
  }

  /// Of `filter 3-17, 20, overrun 31-90`.
  private static List<Holes.Range> ranges(String text) {
    List<Holes.Range> ranges = new ArrayList<>();
    String reason = "";
    for (String each : text.isEmpty() ? new String[0] : text.split(", ")) {
      int blank = each.indexOf(' ');
      reason = blank < 0 ? reason : each.substring(0, blank);
      String[] numbers = each.substring(blank + 1).split("-");
      ranges.add(
          new Holes.Range(
              Long.parseLong(numbers[0]), Long.parseLong(numbers[numbers.length - 1]), reason));
    }
    return ranges;
  }

  private static String text(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
