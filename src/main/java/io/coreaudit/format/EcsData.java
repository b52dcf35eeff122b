package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Writes fields under their own names: `coreaudit.data` of records that no system call tells, and
/// `coreaudit.other`, a list of `name=value`, for names that [Field] does not know: whoever may
/// send a record may make up names, and each would become a field of an index.
final class EcsData {
  private static final Piece DATA = key("data");
  private static final byte[] DATA_PLACE = EventAction.bytes("coreaudit.data.");
  private static final Piece OTHER = key("other");
  private static final byte[] OTHER_PLACE = EventAction.bytes("coreaudit.other");
  private static final int MOST_OTHER = 64;
  private static final int CLASS = Field.number("tclass");
  private static final Piece PERMISSIONS = key("seperms");
  private static final byte[] PERMISSIONS_PLACE = EventAction.bytes("coreaudit.data.seperms");
  private static final byte[] TYPE_PLACE = EventAction.bytes("coreaudit.type");
  private static final Piece DECISION = key("seresult");
  private static final Piece SECCOMP_ACTION = key("seccomp");
  private static final byte[] KILL_PROCESS = EventAction.bytes("kill-process");
  private static final byte[] KILL_THREAD = EventAction.bytes("kill-thread");
  private static final byte[] TRAP = EventAction.bytes("trap");
  private static final byte[] ERRNO = EventAction.bytes("errno");
  private static final byte[] USER_NOTIFY = EventAction.bytes("user-notify");
  private static final byte[] TRACE = EventAction.bytes("trace");
  private static final byte[] LOG = EventAction.bytes("log");
  private static final byte[] ALLOW = EventAction.bytes("allow");
  private static final byte[] GRANTED = EventAction.bytes("granted");
  private static final byte[] DENIED = EventAction.bytes("denied");
  private static final byte[] UNKNOWN = EventAction.bytes("unknown");

  private final JsonWriter json;
  private final Value value;
  private final FieldIndex detail = new FieldIndex();
  private final RecordFlyweight record = new RecordFlyweight();
  private final EcsCompanions companions;
  private final FieldNames names = new FieldNames();
  private final Scratch text = new Scratch(1024);

  EcsData(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
    companions = new EcsCompanions(json, value);
  }

  /// Writes what has no place of its own: of the record that tells the event, or of the companion
  /// of the call that tells it.
  void write(EventView event) {
    first(event);
    if (event.hasFurther()) {
      companions.write(event);
    }
  }

  private void first(EventView event) {
    FieldIndex fields = event.tellingFields();
    if (event.callTells()) {
      if (event.detailText() == 0) {
        return;
      }
      fields = detail;
      fields.read(event.detailText(), event.detailLength(), event.isDetailFromKernel());
    } else if (event.tellingText() == 0) {
      return;
    }
    int data = json.open(DATA);
    if (event.tellingType() == RecordType.AVC || event.tellingType() == RecordType.USER_AVC) {
      decision(event);
    } else if (event.tellingType() == RecordType.SECCOMP) {
      byte[] action = seccompAction(event.hex(Field.CODE, -1));
      if (action != null) {
        json.plain(SECCOMP_ACTION, action);
      }
    }
    names.clear();
    int unknown = 0;
    for (int i = 0; i < fields.count(); i++) {
      long name = fields.nameAddress(i);
      int length = fields.nameLength(i);
      int field = Field.of(fields.nameWord(i), name, length);
      if (field < 0) {
        unknown++;
      } else if (!hasPlace(field, i >= fields.claims(), event.tellingType())
          && names.add(name, length)
          && decode(event, fields, i, field)) {
        member(name, length);
      }
    }
    json.close(data);
    if (unknown > 0) {
      writeOther(fields);
    }
  }

  // Of a decision what was decided, not what its caller wrote before that.
  private boolean decode(EventView event, FieldIndex fields, int i, int field) {
    if (event.tellingType() == RecordType.USER_AVC && !event.callTells()) {
      if (field == Field.PERMISSIVE) {
        return value.decode(event.value(field), event.length(field), false);
      }
      if (field == CLASS && event.classLength() > 0) {
        return value.decode(event.classValue(), event.classLength(), false);
      }
    }
    return value.decode(fields.valueAddress(i), fields.valueLength(i), Field.isEncoded(field));
  }

  // SECCOMP_RET_ACTION_FULL: the upper half of what the filter returned.
  private static byte[] seccompAction(long code) {
    if (code < 0) {
      return null;
    }
    return switch ((int) (code >>> 16)) {
      case 0x8000 -> KILL_PROCESS;
      case 0 -> KILL_THREAD;
      case 0x3 -> TRAP;
      case 0x5 -> ERRNO;
      case 0x7fc0 -> USER_NOTIFY;
      case 0x7ff0 -> TRACE;
      case 0x7ffc -> LOG;
      case 0x7fff -> ALLOW;
      default -> null;
    };
  }

  private void member(long name, int length) {
    json.out().put('"');
    json.out().put(name, length);
    json.out().put('"', ':');
    json.out().put('"');
    json.member(DATA_PLACE, name, length, value.address(), value.length());
    json.out().put('"', ',');
  }

  // Names that a program made up become text and not names: an index takes a thousand of them.
  private void writeOther(FieldIndex fields) {
    int array = json.openArray(OTHER);
    int index = 0;
    for (int i = 0; i < fields.count() && index < MOST_OTHER && json.hasRoom(); i++) {
      long name = fields.nameAddress(i);
      int length = fields.nameLength(i);
      if (Field.of(fields.nameWord(i), name, length) < 0
          && value.decode(fields.valueAddress(i), fields.valueLength(i), false)) {
        text.clear();
        text.append(name, length);
        text.append('=');
        text.append(value.address(), value.length());
        json.out().put('"');
        json.element(OTHER_PLACE, index++, text.address(), text.length());
        json.out().put('"', ',');
      }
    }
    json.closeArray(array);
  }

  // A field of a message whose place is the kernel's to fill has none there.
  private static boolean hasPlace(int field, boolean claimed, int type) {
    return hasPlace(field) && (!claimed || Field.mayBeClaimed(field, type));
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
          Field.SUBJ,
          Field.SCONTEXT,
          Field.TCONTEXT,
          Field.RES,
          Field.RESULT ->
          true;
      default -> false;
    };
  }

  // ---- decisions of SELinux: `avc:  denied  { read open } for  pid=...`

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
      if (!decided && Memory.equals(word, length, GRANTED)) {
        json.plain(DECISION, GRANTED);
        decided = true;
      } else if (!decided && Memory.equals(word, length, DENIED)) {
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
    int list = json.openArray(PERMISSIONS);
    int index = 0;
    while (record.nextWord() && !isBrace() && json.hasRoom()) {
      out.put('"');
      json.element(PERMISSIONS_PLACE, index++, record.valueAddress(), record.valueLength());
      out.put('"', ',');
    }
    json.closeArray(list);
  }

  // Of `x=` at the end there is no byte of a value to look at.
  private boolean isBrace() {
    return !record.named()
        && record.valueLength() > 0
        && Memory.byteAt(record.valueAddress()) == '}';
  }

  // ---- types that this version has no name for

  /// Writes the telling record's type as the action: `unknown[1799]`, or the name that its line
  /// gives, in lower case.
  void lowerCaseType(EventView event) {
    ByteOutput out = json.out();
    int start = out.length();
    appendType(out, event, false);
    byte[] bytes = out.array();
    for (int i = start; i < out.length(); i++) {
      if (bytes[i] >= 'A' && bytes[i] <= 'Z') {
        bytes[i] += 0x20;
      }
    }
  }

  /// Writes the telling record's type.
  void typeName(Piece key, EventView event) {
    ByteOutput out = json.out();
    out.put(key, '"');
    appendType(out, event, true);
    out.put('"', ',');
  }

  private void appendType(ByteOutput out, EventView event, boolean noted) {
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
    if (noted) {
      json.member(TYPE_PLACE, 0, 0, name, (int) (at - name));
    } else {
      json.append(name, (int) (at - name));
    }
  }
}
