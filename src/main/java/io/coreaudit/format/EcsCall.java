package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.event.EventFlags;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.ArchNames;
import io.coreaudit.interpret.SyscallNames;
import io.coreaudit.interpret.UringNames;
import io.coreaudit.record.RuleKeys;

/// Writes what stands in `coreaudit` of the call and the record that tells: their names, the
/// session, what is only claimed, what is wrong with the event; and the keys of its rules.
final class EcsCall {
  private static final Piece SERIAL = key("serial");
  private static final Piece SYSCALL = key("syscall");
  private static final byte[] SYSCALL_PLACE = EventAction.bytes("coreaudit.syscall");
  private static final Piece ARCH = key("arch");
  private static final byte[] ARCH_PLACE = EventAction.bytes("coreaudit.arch");
  private static final Piece EXIT = key("exit");
  private static final Piece SESSION = key("session");
  private static final Piece RECORD = key("type");
  private static final Piece OWN = Piece.of("\"own\":true,");
  private static final Piece INCOMPLETE = Piece.of("\"incomplete\":true,");
  private static final Piece BACKFILLED = Piece.of("\"backfilled\":true,");
  private static final Piece REDACTED = Piece.of("\"redacted\":true,");
  private static final Piece CLAIMED = key("claimed");
  private static final Piece CLAIMED_NAME = Piece.of("\"process.name\",");
  private static final Piece CLAIMED_EXECUTABLE = Piece.of("\"process.executable\",");
  private static final Piece CLAIMED_COMMAND = Piece.of("\"process.command_line\",");
  private static final Piece CLAIMED_DIRECTORY = Piece.of("\"process.working_directory\",");
  private static final long NO_NUMBER = Long.MIN_VALUE;

  private final JsonWriter json;
  private final Value value;
  private final EcsData data;
  private final RuleKeys keys = new RuleKeys();

  EcsCall(JsonWriter json, Value value, EcsData data) {
    this.json = json;
    this.value = value;
    this.data = data;
  }

  /// Writes the keys of the rules as a list.
  void tags(EventView event, Piece key, byte[] place) {
    if (!value.decode(event.value(Field.KEY), event.length(Field.KEY), true)) {
      return;
    }
    int mark = json.openArray(key);
    int index = 0;
    keys.wrap(value.address(), value.length());
    while (keys.next()) {
      if (keys.length() > 0) {
        json.out().put('"');
        json.element(place, index++, keys.address(), keys.length());
        json.out().put('"', ',');
      }
    }
    json.closeArray(mark);
  }

  /// Writes the members.
  void write(EventView event, EventMeaning meaning) {
    FrameFlyweight frame = event.frame();
    ByteOutput out = json.out();
    out.put(SERIAL);
    Stamps.appendUnsigned(out, frame.serial());
    out.put(',');
    callName(event, meaning);
    recordType(event);
    session(event);
    claims(event);
    if ((frame.flags() & EventFlags.INCOMPLETE) != 0) {
      out.put(INCOMPLETE);
    }
    if ((frame.flags() & EventFlags.BACKFILLED) != 0) {
      out.put(BACKFILLED);
    }
    if ((frame.flags() & EventFlags.REDACTED) != 0) {
      out.put(REDACTED);
    }
    if (event.tags().own()) {
      out.put(OWN);
    }
  }

  private void callName(EventView event, EventMeaning meaning) {
    if (event.has(Field.SYSCALL) || event.has(Field.URING_OP)) {
      int field = event.has(Field.SYSCALL) ? Field.SYSCALL : Field.URING_OP;
      nameOrValue(event, SYSCALL, SYSCALL_PLACE, name(event, meaning), field);
    }
    if (event.has(Field.ARCH)) {
      nameOrValue(event, ARCH, ARCH_PLACE, ArchNames.name(meaning.arch()), Field.ARCH);
    }
    long exit = meaning.exit(NO_NUMBER);
    if (exit != NO_NUMBER) {
      json.number(EXIT, exit);
    }
  }

  /// Name of the event's call, or null.
  static byte[] name(EventView event, EventMeaning meaning) {
    if (event.has(Field.SYSCALL)) {
      return SyscallNames.name(meaning.arch(), meaning.number());
    }
    return event.has(Field.URING_OP)
        ? UringNames.table().name(event.decimal(Field.URING_OP, -1))
        : null;
  }

  private void nameOrValue(EventView event, Piece key, byte[] place, byte[] name, int field) {
    if (name != null) {
      json.plain(key, name);
    } else {
      json.text(key, place, event.value(field), event.length(field));
    }
  }

  private void recordType(EventView event) {
    if (event.tellingText() == 0) {
      return;
    }
    byte[] name = RecordActions.name(event.tellingType());
    if (name != null) {
      json.plain(RECORD, name);
    } else {
      data.typeName(RECORD, event);
    }
  }

  private void session(EventView event) {
    if (hasSession(event)) {
      session(event, SESSION);
    }
  }

  /// Whether it is known in which session.
  static boolean hasSession(EventView event) {
    long session = event.decimal(Field.SES, -1);
    return session >= 0 && session != 0xffffffffL;
  }

  /// Writes the number of the session.
  void session(EventView event, Piece key) {
    json.quoted(key, event.decimal(Field.SES, -1), event.value(Field.SES), event.length(Field.SES));
  }

  // What of the process is only the word of the program that sent the record.
  private void claims(EventView event) {
    if (!event.hasClaims()) {
      return;
    }
    int mark = json.openArray(CLAIMED);
    claim(event, Field.COMM, CLAIMED_NAME);
    claim(event, Field.EXE, CLAIMED_EXECUTABLE);
    claim(event, Field.CMD, CLAIMED_COMMAND);
    claim(event, Field.CWD, CLAIMED_DIRECTORY);
    json.closeArray(mark);
  }

  private void claim(EventView event, int field, Piece name) {
    if (event.isClaimed(field)) {
      json.out().put(name);
    }
  }
}
