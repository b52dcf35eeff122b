package io.coreaudit.decode;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.interpret.EscapedText;
import io.coreaudit.interpret.Interpretation;
import io.coreaudit.interpret.RecordFields;
import io.coreaudit.record.RecordFlyweight;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// Which events are wanted: by the key of a rule, the type of a record, the time of their stamp.
///
/// An event is wanted when one of its records has one of the types, one of the keys, and its stamp
/// lies within the time, both ends included.
public final class EventFilter {
  private static final long KEY = RecordFlyweight.word("key");

  private final byte[][] keys;
  private final int[] types;
  private final long sinceMillis;
  private final long untilMillis;
  private final RecordFields fields = new RecordFields();
  private final Interpretation text = new Interpretation();

  /// Creates a filter.
  ///
  /// @param keys of rules; none: all events
  /// @param types numbers of record types; none: all events
  /// @param sinceMillis of the epoch
  /// @param untilMillis of the epoch
  public EventFilter(Collection<String> keys, int[] types, long sinceMillis, long untilMillis) {
    this.keys =
        keys.stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    this.types = types.clone();
    this.sinceMillis = sinceMillis;
    this.untilMillis = untilMillis;
  }

  /// A filter that wants all events.
  public static EventFilter all() {
    return new EventFilter(List.of(), new int[0], Long.MIN_VALUE, Long.MAX_VALUE);
  }

  boolean wants(AssembledEvent event) {
    long seconds = Math.min(event.stampSeconds(), Long.MAX_VALUE / 1000 - 1);
    long millis = seconds * 1000 + event.stampMillis();
    return millis >= sinceMillis
        && millis <= untilMillis
        && (types.length == 0 || hasType(event))
        && (keys.length == 0 || hasKey(event));
  }

  private boolean hasType(AssembledEvent event) {
    event.rewind();
    while (event.next()) {
      for (int type : types) {
        if (type == event.type()) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean hasKey(AssembledEvent event) {
    event.rewind();
    while (event.next()) {
      fields.read(event.type(), event.textAddress(), event.textLength(), event.prefixLength());
      for (int n = 0; n < fields.count(); n++) {
        if (fields.isNamed(n, KEY) && isWanted(fields.value(n), fields.valueLength(n))) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isWanted(long value, int length) {
    text.clear();
    EscapedText.put(text, value, length);
    for (byte[] key : keys) {
      if (Arrays.equals(text.array(), 0, text.length(), key, 0, key.length)) {
        return true;
      }
    }
    return false;
  }
}
