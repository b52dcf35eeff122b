package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.record.RuleKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Which events somebody is given: by their kind, the types of their records, the keys of the rules
/// that made them. Compiled once; allocates nothing per event. For one thread.
///
/// An event is given when no list of what is left out names it, and each list of what is wanted
/// that is not empty does. Types and keys are asked of the kernel's events alone. A type is that of
/// any record of the event, as for `ausearch -m`. A key is what the kernel wrote into the record of
/// the call or of the changed rule, so no program's own words choose what is left out; an event may
/// have several. `gap` and `heartbeat` say what a receiver misses, so they go unless they are left
/// out by name; and so does a kind that this version does not know.
public final class EventSelection {
  /// What names events. Empty lists name none.
  ///
  /// @param keys of rules
  /// @param types numbers of record types
  /// @param kinds of events
  public record Names(List<String> keys, List<Integer> types, List<EventKind> kinds) {
    /// Names nothing.
    public static final Names NONE = new Names(List.of(), List.of(), List.of());

    /// Copies the lists.
    public Names {
      keys = List.copyOf(keys);
      types = List.copyOf(types);
      kinds = List.copyOf(kinds);
    }
  }

  private static final long KEY = RecordFlyweight.word("key");
  private static final int KEY_LENGTH = 3;

  private final int kinds; // one bit each
  private final int[] types;
  private final int[] typesOut;
  private final byte[][] keys;
  private final byte[][] keysOut;
  private final boolean looksInside;
  private final boolean asksKeys;
  private final RecordFlyweight record = new RecordFlyweight();
  private final Value value;
  private final RuleKeys ruleKeys = new RuleKeys();
  private boolean hasKey;
  private boolean hasKeyOut;

  /// Compiles a selection.
  ///
  /// @param wanted what is given; an empty list wants all
  /// @param unwanted what is left out
  public EventSelection(Names wanted, Names unwanted) {
    kinds = kinds(wanted.kinds(), unwanted.kinds());
    types = wanted.types().stream().mapToInt(Integer::intValue).toArray();
    typesOut = unwanted.types().stream().mapToInt(Integer::intValue).toArray();
    keys = bytes(wanted.keys());
    keysOut = bytes(unwanted.keys());
    asksKeys = keys.length + keysOut.length > 0;
    looksInside = asksKeys || types.length + typesOut.length > 0;
    value = asksKeys ? new Value() : null;
  }

  /// One that gives everything.
  public static EventSelection all() {
    return new EventSelection(Names.NONE, Names.NONE);
  }

  private static int kinds(List<EventKind> wanted, List<EventKind> unwanted) {
    int bits = wanted.isEmpty() ? -1 : bit(EventKind.GAP) | bit(EventKind.HEARTBEAT);
    for (EventKind kind : wanted) {
      bits |= bit(kind);
    }
    for (EventKind kind : unwanted) {
      bits &= ~bit(kind);
    }
    return bits;
  }

  private static int bit(EventKind kind) {
    return 1 << kind.ordinal();
  }

  private static byte[][] bytes(List<String> texts) {
    return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
  }

  /// Whether events of a kind may be given.
  public boolean wants(EventKind kind) {
    return (kinds & bit(kind)) != 0;
  }

  /// Whether an event is given. Leaves the frame's walk over the records at an end of them.
  public boolean wants(FrameFlyweight frame) {
    EventKind kind = frame.kind();
    if (kind == null) {
      return true;
    }
    return wants(kind) && (kind != EventKind.AUDIT || !looksInside || wantsRecords(frame));
  }

  private boolean wantsRecords(FrameFlyweight frame) {
    boolean hasType = types.length == 0;
    hasKey = keys.length == 0;
    hasKeyOut = false;
    frame.rewindRecords();
    while (frame.nextRecord()) {
      int type = frame.recordType();
      if (contains(typesOut, type)) {
        return false;
      }
      hasType |= contains(types, type);
      if (asksKeys && hasKeyOfRule(type)) {
        readKeys(frame);
        if (hasKeyOut) {
          return false;
        }
      }
    }
    return hasType && hasKey;
  }

  private static boolean hasKeyOfRule(int type) {
    return type == RecordType.SYSCALL
        || type == RecordType.URINGOP
        || type == RecordType.CONFIG_CHANGE;
  }

  private static boolean contains(int[] numbers, int number) {
    for (int each : numbers) {
      if (each == number) {
        return true;
      }
    }
    return false;
  }

  private void readKeys(FrameFlyweight frame) {
    frame.fields(record);
    while (record.next()) {
      if (record.nameWord() == KEY && record.nameLength() == KEY_LENGTH) {
        readKeys(record.valueAddress(), record.valueLength());
      }
    }
  }

  private void readKeys(long address, int length) {
    if (!value.decode(address, length, true)) {
      return;
    }
    ruleKeys.wrap(value.address(), value.length());
    while (ruleKeys.next()) {
      hasKey = hasKey || ruleKeys.isAmong(keys);
      hasKeyOut = hasKeyOut || ruleKeys.isAmong(keysOut);
    }
  }
}
