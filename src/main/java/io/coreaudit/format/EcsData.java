package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Writes fields under their own names: `coreaudit.data` of records that no system call tells. What
/// [FieldNames] does not take stays in the raw record only.
final class EcsData {
  private static final byte[] DATA = key("data");
  private static final byte[] DATA_PLACE = EventAction.bytes("coreaudit.data.");
  private static final byte[] PERMISSIONS = key("seperms");
  private static final byte[] DECISION = key("seresult");
  private static final byte[] GRANTED = EventAction.bytes("granted");
  private static final byte[] DENIED = EventAction.bytes("denied");
  private static final byte[] UNKNOWN = EventAction.bytes("unknown");

  private final JsonWriter json;
  private final Value value;
  private final FieldCursor cursor = new FieldCursor();
  private final RecordFlyweight record = new RecordFlyweight();
  private final FieldNames names = new FieldNames();

  EcsData(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
  }

  /// Writes what has no place of its own: of the record that tells the event, or of the companion
  /// of the call that tells it.
  void write(EventView event) {
    boolean callTells = event.callTells();
    long text = callTells ? event.detailText() : event.tellingText();
    if (text == 0) {
      return;
    }
    int data = json.open(DATA);
    if (event.tellingType() == RecordType.AVC || event.tellingType() == RecordType.USER_AVC) {
      decision(event);
    }
    cursor.wrap(text, callTells ? event.detailLength() : event.tellingLength());
    names.clear();
    while (cursor.next()) {
      int field = cursor.field();
      if (!hasPlace(field)
          && isNewName()
          && value.decode(cursor.value(), cursor.valueLength(), Field.isEncoded(field))) {
        text(DATA_PLACE);
      }
    }
    json.close(data);
  }

  private void name() {
    json.out().put('"');
    json.out().put(cursor.record().nameAddress(), cursor.record().nameLength());
    json.out().put('"', ':');
  }

  private void text(byte[] place) {
    name();
    json.out().put('"');
    json.member(
        place,
        cursor.record().nameAddress(),
        cursor.record().nameLength(),
        value.address(),
        value.length());
    json.out().put('"', ',');
  }

  private boolean isNewName() {
    return names.add(cursor.record().nameAddress(), cursor.record().nameLength());
  }

  private static boolean hasPlace(int field) {
    return switch (field) {
      case Field.ARCH,
          Field.SYSCALL,
          Field.PPID,
          Field.PID,
          Field.AUID,
          Field.UID,
          Field.GID,
          Field.EUID,
          Field.SES,
          Field.COMM,
          Field.EXE,
          Field.KEY,
          Field.CWD,
          Field.PROCTITLE,
          Field.CMD,
          Field.UNIT,
          Field.SADDR,
          Field.RES,
          Field.RESULT ->
          true;
      default -> false;
    };
  }

  // ---- decisions of SELinux: `avc:  denied  { read open } for  pid=...`

  /// Whether the decision of an AVC record was to grant.
  boolean isGranted(EventView event) {
    record.wrap(event.tellingText(), event.tellingLength());
    record.rewind();
    while (record.nextWord()) {
      if (!record.named()
          && FieldWalk.equals(record.valueAddress(), record.valueLength(), GRANTED)) {
        return true;
      }
    }
    return false;
  }

  private void decision(EventView event) {
    record.wrap(event.tellingText(), event.tellingLength());
    record.rewind();
    boolean decided = false;
    while (record.nextWord()) {
      if (record.named()) {
        continue;
      }
      long word = record.valueAddress();
      int length = record.valueLength();
      if (!decided && FieldWalk.equals(word, length, GRANTED)) {
        json.plain(DECISION, GRANTED);
        decided = true;
      } else if (!decided && FieldWalk.equals(word, length, DENIED)) {
        json.plain(DECISION, DENIED);
        decided = true;
      } else if (decided && Memory.byteAt(word) == '{') {
        permissions();
        return;
      }
    }
  }

  private void permissions() {
    ByteOutput out = json.out();
    int mark = out.length();
    out.put(PERMISSIONS, '"');
    boolean first = true;
    while (record.nextWord() && Memory.byteAt(record.valueAddress()) != '}') {
      if (!first) {
        out.put(',');
      }
      first = false;
      json.append(record.valueAddress(), record.valueLength());
    }
    out.put('"', ',');
    if (first) {
      out.truncate(mark);
    }
  }

  // ---- types that this version has no name for

  /// Writes the telling record's type as the action: `unknown[1799]`, or the name that its line
  /// gives, in lower case.
  void lowerCaseType(EventView event) {
    ByteOutput out = json.out();
    int start = out.length();
    appendType(out, event);
    byte[] bytes = out.array();
    for (int i = start; i < out.length(); i++) {
      if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
        bytes[i] += 0x20;
      }
    }
  }

  /// Writes the telling record's type.
  void typeName(byte[] key, EventView event) {
    ByteOutput out = json.out();
    out.put(key, '"');
    appendType(out, event);
    out.put('"', ',');
  }

  private void appendType(ByteOutput out, EventView event) {
    if (event.tellingText() == 0) {
      out.put(UNKNOWN);
      return;
    }
    long end = event.tellingPrefix() + event.tellingPrefixLength();
    long name = RecordLine.typeName(event.tellingPrefix(), event.tellingPrefixLength());
    if (name == 0) {
      RecordLine.appendType(out, event.tellingType());
      return;
    }
    long at = name;
    while (at < end && Memory.byteAt(at) != ' ') {
      at++;
    }
    json.append(name, (int) (at - name));
  }
}
