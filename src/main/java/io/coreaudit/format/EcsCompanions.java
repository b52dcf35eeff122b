package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Writes the records of an event whose fields have no other place, as `coreaudit.companions`: the
/// second OBJ_PID of a kill, the second AVC. Their fields are a list of `name=value`, for there may
/// be many, and one name in each record:
///
/// ```json
/// [{"type": "OBJ_PID", "fields": ["opid=931", "oauid=1000", "ocomm=sleep"]}]
/// ```
final class EcsCompanions {
  private static final Piece COMPANIONS = key("companions");
  private static final Piece TYPE = key("type");
  private static final Piece FIELDS = key("fields");
  private static final byte[] PLACE = EventAction.bytes("coreaudit.companions.fields");
  private static final int MOST = 64;
  private static final int FOR = (int) RecordFlyweight.word(" for");

  private final JsonWriter json;
  private final Value value;
  private final FieldIndex fields = new FieldIndex();
  private final RecordFlyweight record = new RecordFlyweight();
  private final Scratch text = new Scratch(1024);
  private int written; // fields of all companions

  EcsCompanions(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
  }

  void write(EventView event) {
    FrameFlyweight frame = event.frame();
    int array = json.openArray(COMPANIONS);
    int companions = 0;
    written = 0;
    frame.rewindRecords();
    while (frame.nextRecord() && json.hasRoom()) {
      if (event.isFurther(frame)) {
        if (companions == MOST) {
          json.cut();
          break;
        }
        companions++;
        companion(frame);
      }
    }
    json.closeArray(array);
  }

  private void companion(FrameFlyweight frame) {
    int object = json.openElement();
    ByteOutput out = json.out();
    out.put(TYPE, '"');
    RecordLine.appendType(out, frame.recordType());
    out.put('"', ',');
    int list = json.openArray(FIELDS);
    if (frame.recordType() == RecordType.AVC) {
      decision(frame);
    }
    frame.fields(fields);
    for (int i = 0; i < fields.count() && json.hasRoom(); i++) {
      long name = fields.nameAddress(i);
      int length = fields.nameLength(i);
      int field = Field.of(fields.nameWord(i), name, length);
      if (value.decode(fields.valueAddress(i), fields.valueLength(i), Field.isEncoded(field))) {
        text.clear();
        text.append(name, length);
        text.append('=');
        text.append(value.address(), value.length());
        element();
      }
    }
    json.closeInnerArray(list);
    json.close(object);
  }

  // `avc:  denied  { read open } for`: what stands before the first field.
  private void decision(FrameFlyweight frame) {
    record.wrap(frame.recordText(), frame.recordTextLength());
    record.rewind();
    text.clear();
    while (record.nextWord() && !record.named() && json.hasRoom()) {
      if (text.length() > 0) {
        text.append(' ');
      }
      text.append(record.valueAddress(), record.valueLength());
    }
    int length = text.length();
    if (length > 0) {
      boolean ends = length > 4 && Memory.intAt(text.address() + length - 4) == FOR;
      text.truncate(ends ? length - 4 : length);
      element();
    }
  }

  private void element() {
    json.out().put('"');
    json.element(PLACE, written++, text.address(), text.length());
    json.out().put('"', ',');
  }
}
