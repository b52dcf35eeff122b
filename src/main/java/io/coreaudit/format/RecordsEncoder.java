package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.AccountNames;
import io.coreaudit.interpret.FieldKind;
import io.coreaudit.interpret.Interpretation;
import io.coreaudit.interpret.Interpreter;
import io.coreaudit.interpret.RecordFields;
import io.coreaudit.origin.OriginTag;
import io.coreaudit.record.RecordFlyweight;

/// Writes events as their records and these as their fields, each raw and interpreted, one JSON
/// object a line:
///
/// ```text
/// {"sec":..,"ms":..,"serial":..,"node":null|"..","records":[{"type":"SYSCALL","fields":[{"name":"..","raw":"..","interp":".."},..]},..]}
/// ```
///
/// Fields and interpretations are libauparse's. Strings are bytes (`ByteText`). Events of the agent
/// itself are left out: they have no records. Allocates nothing once its buffers have met the
/// longest event. For one thread.
public final class RecordsEncoder implements EventEncoder {
  private static final Piece SECONDS = Piece.of("{\"sec\":");
  private static final Piece MILLIS = Piece.of(",\"ms\":");
  private static final Piece SERIAL = Piece.of(",\"serial\":");
  private static final Piece NODE = Piece.of(",\"node\":\"");
  private static final Piece NO_NODE = Piece.of(",\"node\":null");
  private static final Piece RECORDS = Piece.of(",\"records\":[");
  private static final Piece TYPE = Piece.of("{\"type\":\"");
  private static final Piece FIELDS = Piece.of("\",\"fields\":[");
  private static final Piece NAME = Piece.of("{\"name\":\"");
  private static final Piece RAW = Piece.of("\",\"raw\":\"");
  private static final Piece INTERPRETED = Piece.of("\",\"interp\":\"");
  private static final Piece END_OF_FIELD = Piece.of("\"},");
  private static final Piece END_OF_RECORD = Piece.of("]},");
  private static final Piece END = Piece.of("]}\n");
  private static final long NODE_WORD = RecordFlyweight.word("node");
  private static final long FAMILY = RecordFlyweight.word("family");

  private final RecordFields record = new RecordFields();
  private final RecordFields later = new RecordFields();
  private final FrameFlyweight laterRecords = new FrameFlyweight();
  private final Interpretation meaning = new Interpretation();
  private final Interpreter interpreter;

  /// Creates an encoder.
  ///
  /// @param users names of users
  /// @param groups names of groups
  public RecordsEncoder(AccountNames users, AccountNames groups) {
    interpreter = new Interpreter(users, groups);
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    EventKind kind = frame.kind();
    if (kind != null && kind != EventKind.AUDIT) {
      return;
    }
    interpreter.begin();
    out.put(SECONDS);
    out.putDecimal(frame.stampSeconds());
    out.put(MILLIS);
    out.putDecimal(frame.stampMillis());
    out.put(SERIAL);
    unsigned(out, frame.serial());
    boolean first = true;
    frame.rewindRecords();
    for (int index = 0; frame.nextRecord(); index++) {
      record.read(
          frame.recordType(),
          frame.recordText(),
          frame.recordTextLength(),
          frame.recordPrefixLength());
      if (first) {
        node(frame, out);
        out.put(RECORDS);
        first = false;
      }
      out.put(TYPE);
      RecordLine.appendType(out, frame.recordType());
      out.put(FIELDS);
      for (int n = 0; n < record.count(); n++) {
        field(frame, index, n, out);
      }
      endList(out);
      out.put(END_OF_RECORD);
    }
    if (first) {
      node(frame, out);
      out.put(RECORDS);
    }
    endList(out);
    out.put(END);
  }

  private static void unsigned(ByteOutput out, long value) {
    if (value >= 0) {
      out.putDecimal(value);
    } else {
      out.putDecimal(Long.divideUnsigned(value, 10));
      out.put('0' + (int) Long.remainderUnsigned(value, 10));
    }
  }

  // A comma stands behind the last element.
  private static void endList(ByteOutput out) {
    if (out.array()[out.length() - 1] == ',') {
      out.truncate(out.length() - 1);
    }
  }

  private void node(FrameFlyweight frame, ByteOutput out) {
    if (record.count() > 0 && record.isNamed(0, NODE_WORD)) {
      out.put(NODE);
      ByteText.append(out, record.value(0), record.valueLength(0));
      out.put('"');
      return;
    }
    frame.rewindTags();
    while (frame.nextTag()) {
      if (frame.tag() == OriginTag.NODE && frame.tagLength() > 0) {
        out.put(NODE);
        ByteText.append(out, frame.tagValue(), frame.tagLength());
        out.put('"');
        return;
      }
    }
    out.put(NO_NODE);
  }

  private void field(FrameFlyweight frame, int index, int n, ByteOutput out) {
    out.put(NAME);
    ByteText.append(out, record.name(n), record.nameLength(n));
    out.put(RAW);
    int from = out.length();
    ByteText.append(out, record.value(n), record.valueLength(n));
    int to = out.length();
    out.put(INTERPRETED);
    FieldKind kind = record.kind(n);
    if (kind == FieldKind.HOOK) {
      followingFamily(frame, index, n);
    }
    if (interpreter.interpret(meaning, record, n, kind)) {
      ByteText.append(out, meaning.array(), meaning.length());
    } else {
      out.ensure(to - from);
      out.put(out.array(), from, to - from);
    }
    out.put(END_OF_FIELD);
  }

  // What a hook is called depends on a field that comes behind it, in this record or a later one.
  private void followingFamily(FrameFlyweight frame, int index, int hook) {
    if (family(record, hook)) {
      return;
    }
    laterRecords.wrap(frame.address(), frame.length());
    for (int i = 0; laterRecords.nextRecord(); i++) {
      if (i > index) {
        later.read(
            laterRecords.recordType(),
            laterRecords.recordText(),
            laterRecords.recordTextLength(),
            laterRecords.recordPrefixLength());
        if (family(later, 0)) {
          return;
        }
      }
    }
    interpreter.family(0, 0);
  }

  private boolean family(RecordFields fields, int from) {
    for (int n = from; n < fields.count(); n++) {
      if (fields.isNamed(n, FAMILY)) {
        interpreter.family(fields.value(n), fields.valueLength(n));
        return true;
      }
    }
    return false;
  }
}
