package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.RecordFlyweight;

/// What the SELinux label of an event's process tells, where it is of the form that containers
/// have. For the intake thread; allocates nothing.
///
/// ```text
/// system_u:system_r:container_t:s0:c15,c26
///          └ role   └──────── domain ─────┘
/// ```
///
/// A label without a pair of categories tells nothing: an unconfined container may take any. That
/// of a login session (`auid=` is set) tells less: who runs containers of his own chooses their
/// labels. Where the record does not say (io_uring's has no `auid`) it may be one.
final class ProcessLabel {
  private static final long SUBJECT = RecordFlyweight.word(" subj=");
  private static final long SUBJECT_NAME = RecordFlyweight.word("subj");
  private static final long SESSION_NAME = RecordFlyweight.word("auid");
  private static final int NAME_LENGTH = 4; // of both
  private static final long SIX_BYTES = (1L << 48) - 1;
  private static final long ROLE = RecordFlyweight.word("system_r");
  private static final long UNSET = 0xffffffffL;

  private final RecordFlyweight record = new RecordFlyweight();
  private long domain;
  private int domainLength;
  private boolean ofSession;

  /// Forgets the event before.
  void clear() {
    domainLength = 0;
  }

  /// Reads it of the record of an event's call; false: there is none of that form.
  boolean read(AssembledEvent event, CallFields call) {
    clear();
    event.rewind();
    while (event.next()) {
      if (event.record() == event.headRecord()) {
        if (!find(event, call)) {
          return false;
        }
        readSession(event);
        return true;
      }
    }
    return false;
  }

  private boolean find(AssembledEvent event, CallFields call) {
    long end = event.textAddress() + event.textLength();
    long at = call.executableAddress() + call.executableLength();
    if (call.executableLength() == 0) {
      return walk(event); // io_uring
    }
    if (end - at < Long.BYTES || (Memory.longAt(at) & SIX_BYTES) != SUBJECT) {
      return false;
    }
    long label = at + 6;
    return split(label, EightBytes.find(label, end, EightBytes.BLANKS));
  }

  private boolean walk(AssembledEvent event) {
    event.fields(record);
    while (record.next()) {
      if (record.nameWord() == SUBJECT_NAME && record.nameLength() == NAME_LENGTH) {
        return split(record.valueAddress(), record.valueAddress() + record.valueLength());
      }
    }
    return false;
  }

  private void readSession(AssembledEvent event) {
    ofSession = true;
    event.fields(record);
    while (record.next()) {
      if (record.nameWord() == SESSION_NAME && record.nameLength() == NAME_LENGTH) {
        ofSession = record.decimalValue(UNSET) != UNSET;
        return;
      }
    }
  }

  private boolean split(long label, long end) {
    long role = EightBytes.find(label, end, EightBytes.ONES * ':') + 1;
    long from = EightBytes.find(Math.min(role, end), end, EightBytes.ONES * ':') + 1;
    if (from - role != Long.BYTES + 1
        || from >= end
        || Memory.longAt(role) != ROLE
        || !hasPair(from, end)) {
      return false;
    }
    domain = from;
    domainLength = (int) (end - from);
    return true;
  }

  // `:s0:c15,c26` at the end.
  private static boolean hasPair(long from, long end) {
    long second = category(from, end);
    if (second <= from || Memory.byteAt(second - 1) != ',') {
      return false;
    }
    long first = category(from, second - 1);
    return first - from > 4
        && Memory.byteAt(first - 1) == ':'
        && Memory.byteAt(first - 2) == '0'
        && Memory.byteAt(first - 3) == 's'
        && Memory.byteAt(first - 4) == ':';
  }

  // Where the `c` of the category stands that ends there; 0: there is none.
  private static long category(long from, long end) {
    long at = end - 1;
    while (at > from && Memory.byteAt(at) >= '0' && Memory.byteAt(at) <= '9') {
      at--;
    }
    return at > from && at < end - 1 && Memory.byteAt(at) == 'c' ? at : 0;
  }

  /// Whether there is one of that form.
  boolean isThere() {
    return domainLength > 0;
  }

  /// Where its domain begins, categories included.
  long domain() {
    return domain;
  }

  int domainLength() {
    return domainLength;
  }

  /// Whether its process is, or may be, of a login session.
  boolean isOfSession() {
    return ofSession;
  }
}
