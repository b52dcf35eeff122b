package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.ArchNames;
import io.coreaudit.interpret.SyscallNames;
import io.coreaudit.interpret.UringNames;
import io.coreaudit.record.EightBytes;

/// Writes events as JSON in the names of the Elastic Common Schema 8.17, one object a line.
///
/// The members always come in the same order; `src/docs/ecs.md` lists them. Allocates nothing once
/// its buffers have met the longest event. For one thread.
///
/// An event takes about 1 MiB at most, whatever its frame holds: arguments, paths and raw records
/// end where their share ends, and `coreaudit.truncated` tells. The spool still has all of it.
public final class EcsEncoder implements EventEncoder {
  private static final Piece TIMESTAMP = Piece.of("\"@timestamp\":\"");
  private static final Piece ECS =
      Piece.of("\",\"ecs\":{\"version\":\"8.17.0\"},\"event\":{\"id\":\"");
  private static final Piece KIND_EVENT = Piece.of("\",\"kind\":\"event\",");
  private static final Piece KIND_STATE = Piece.of("\",\"kind\":\"state\",");
  private static final Piece KIND_METRIC = Piece.of("\",\"kind\":\"metric\",");
  private static final String MODULE = "\"module\":\"coreaudit\",\"dataset\":\"coreaudit.";
  private static final Piece DATASET = Piece.of(MODULE);
  private static final String HOST = "\"},\"host\":{\"name\":\"";
  private static final Piece HOST_NAME = Piece.of(HOST);
  private static final byte[] HOST_PLACE = EventAction.bytes("host.name");

  private static final Piece ACTION = key("action");
  private static final Piece[] OUTCOMES = {
    outcome("unknown"), outcome("success"), outcome("failure")
  };
  private static final byte[] NO_NODE = EventAction.bytes("-");

  private static final Piece TAGS = key("tags");
  private static final byte[] TAGS_PLACE = EventAction.bytes("tags");
  private static final Piece COREAUDIT = key("coreaudit");
  private static final Piece SEQ = key("seq");
  private static final Piece SERIAL = key("serial");
  private static final Piece SYSCALL = key("syscall");
  private static final byte[] SYSCALL_PLACE = EventAction.bytes("coreaudit.syscall");
  private static final Piece ARCH = key("arch");
  private static final byte[] ARCH_PLACE = EventAction.bytes("coreaudit.arch");
  private static final Piece EXIT = key("exit");
  private static final Piece ERROR = key("error");
  private static final Piece CODE = key("code");
  private static final Piece SESSION = key("session");
  private static final Piece RECORD = key("type");
  private static final Piece OWN = Piece.of("\"own\":true,");
  private static final Piece INCOMPLETE = Piece.of("\"incomplete\":true,");
  private static final Piece TRUNCATED = Piece.of("\"truncated\":true,");
  private static final Piece REDACTED = Piece.of("\"redacted\":true,");
  private static final Piece CLAIMED = key("claimed");
  private static final Piece CLAIMED_NAME = Piece.of("\"process.name\",");
  private static final Piece CLAIMED_EXECUTABLE = Piece.of("\"process.executable\",");
  private static final Piece CLAIMED_COMMAND = Piece.of("\"process.command_line\",");
  private static final Piece CLAIMED_DIRECTORY = Piece.of("\"process.working_directory\",");
  private static final Piece RAW = key("raw");
  private static final byte[] RAW_PLACE = EventAction.bytes("coreaudit.raw");
  private static final Piece BYTES = key("bytes");

  private static final int WITH_RAW_BYTES = 1 << 20;
  private static final long NO_NUMBER = Long.MIN_VALUE;

  private final boolean withRaw;
  private final EventView event = new EventView();
  private final EventMeaning meaning = new EventMeaning(event);
  private final JsonWriter json = new JsonWriter();
  private final Value value = new Value();
  private final EcsSubject subject = new EcsSubject(json, value);
  private final EcsFile file = new EcsFile(json, value);
  private final EcsNetwork network = new EcsNetwork(json, value);
  private final EcsOrigin origin = new EcsOrigin(json);
  private final EcsLabels labels = new EcsLabels(json);
  private final EcsData data = new EcsData(json, value);
  private final EcsOwn own = new EcsOwn(json);
  private final Stamps stamps = new Stamps();

  /// Creates an encoder.
  ///
  /// @param withRaw whether each event carries its records as they came, in `coreaudit.raw`
  public EcsEncoder(boolean withRaw) {
    this.withRaw = withRaw;
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    EventKind kind = frame.kind();
    event.read(frame);
    json.start(out);
    out.put(TIMESTAMP);
    stamps.appendTime(out, frame);
    out.put(ECS);
    node(out);
    out.put(':');
    if (kind == null || kind == EventKind.AUDIT) {
      audit(frame, out);
    } else {
      own(frame, kind, out);
    }
    json.finish();
  }

  private void node(ByteOutput out) {
    if (event.nodeLength() > 0) {
      json.append(event.node(), event.nodeLength());
    } else {
      out.put(NO_NODE);
    }
  }

  // The end of `event` and the beginning of `host` are written already.
  private void host(ByteOutput out) {
    if (event.nodeLength() > 0) {
      json.member(HOST_PLACE, 0, 0, event.node(), event.nodeLength());
    } else {
      out.put(NO_NODE);
    }
    out.put('"', '}');
    out.put(',');
  }

  // ---- events of audit

  private void audit(FrameFlyweight frame, ByteOutput out) {
    meaning.read();
    stamps.appendId(out, frame, EventKind.AUDIT);
    out.put(KIND_EVENT);
    EventAction action = meaning.action();
    EventAction call = meaning.call();
    int subjectPath = meaning.path();
    out.put(action.categories);
    out.put(meaning.types());
    if (action == RecordActions.UNKNOWN) {
      out.put(ACTION, '"');
      data.lowerCaseType(event);
      out.put('"', ',');
    } else {
      out.put(action.member);
    }
    out.put(OUTCOMES[meaning.outcome()]);
    host(out);
    tags();
    error();
    subject.write(event);
    network.write(event, call);
    file.write(event, call, subjectPath);
    origin.write(event);
    int coreaudit = json.open(COREAUDIT);
    json.number(SEQ, frame.seq());
    out.put(SERIAL);
    Stamps.appendUnsigned(out, frame.serial());
    out.put(',');
    callName();
    recordType();
    session();
    claims();
    if ((frame.flags() & EventFlags.INCOMPLETE) != 0) {
      out.put(INCOMPLETE);
    }
    if ((frame.flags() & EventFlags.REDACTED) != 0) {
      out.put(REDACTED);
    }
    if (event.own()) {
      out.put(OWN);
    }
    network.writeLocal();
    file.writeAll(event, call, subjectPath);
    labels.write(event, subjectPath);
    data.write(event);
    origin.writeOwn(event);
    if (withRaw) {
      json.limit(WITH_RAW_BYTES);
      raw(frame);
    }
    if ((frame.flags() & EventFlags.TRUNCATED) != 0 || json.isCut() || event.paths().isCut()) {
      out.put(TRUNCATED);
    }
    json.broken(BYTES);
    json.close(coreaudit);
  }

  private static Piece outcome(String word) {
    return Piece.of("\"outcome\":\"" + word + "\"," + MODULE + "audit" + HOST);
  }

  // Rule keys: one in quotes, or several in hexadecimal with 0x01 between.
  private void tags() {
    if (!value.decode(event.value(Field.KEY), event.length(Field.KEY), true)) {
      return;
    }
    int mark = json.openArray(TAGS);
    long end = value.address() + value.length();
    long start = value.address();
    int index = 0;
    while (start < end) {
      long at = EightBytes.find(start, end, EightBytes.ONES);
      if (at > start) {
        json.out().put('"');
        json.element(TAGS_PLACE, index++, start, (int) (at - start));
        json.out().put('"', ',');
      }
      start = at + 1;
    }
    json.closeArray(mark);
  }

  private void error() {
    byte[] name = meaning.error();
    if (name != null) {
      int mark = json.open(ERROR);
      json.plain(CODE, name);
      json.close(mark);
    }
  }

  private void callName() {
    if (event.has(Field.SYSCALL)) {
      byte[] name = SyscallNames.name(meaning.arch(), meaning.number());
      nameOrValue(SYSCALL, SYSCALL_PLACE, name, Field.SYSCALL);
    } else if (event.has(Field.URING_OP)) {
      byte[] name = UringNames.table().name(event.decimal(Field.URING_OP, -1));
      nameOrValue(SYSCALL, SYSCALL_PLACE, name, Field.URING_OP);
    }
    if (event.has(Field.ARCH)) {
      nameOrValue(ARCH, ARCH_PLACE, ArchNames.name(meaning.arch()), Field.ARCH);
    }
    long exit = meaning.exit(NO_NUMBER);
    if (exit != NO_NUMBER) {
      json.number(EXIT, exit);
    }
  }

  private void nameOrValue(Piece key, byte[] place, byte[] name, int field) {
    if (name != null) {
      json.plain(key, name);
    } else {
      json.text(key, place, event.value(field), event.length(field));
    }
  }

  private void recordType() {
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

  private void session() {
    long session = event.decimal(Field.SES, -1);
    if (session >= 0 && session != 0xffffffffL) {
      json.quoted(SESSION, session, event.value(Field.SES), event.length(Field.SES));
    }
  }

  // What of the process is only the word of the program that sent the record.
  private void claims() {
    if (!event.hasClaims()) {
      return;
    }
    int mark = json.openArray(CLAIMED);
    claim(Field.COMM, CLAIMED_NAME);
    claim(Field.EXE, CLAIMED_EXECUTABLE);
    claim(Field.CMD, CLAIMED_COMMAND);
    claim(Field.CWD, CLAIMED_DIRECTORY);
    json.closeArray(mark);
  }

  private void claim(int field, Piece name) {
    if (event.isClaimed(field)) {
      json.out().put(name);
    }
  }

  private void raw(FrameFlyweight frame) {
    ByteOutput out = json.out();
    int mark = json.openArray(RAW);
    int index = 0;
    frame.rewindRecords();
    while (frame.nextRecord() && json.hasRoom()) {
      out.put('"');
      if (frame.recordPrefixLength() == 0) {
        RecordLine.appendPrefix(out, frame.recordType());
        json.element(RAW_PLACE, index, frame.recordText(), frame.recordTextLength());
      } else {
        // Prefix and text lie one behind the other.
        int length = frame.recordPrefixLength() + frame.recordTextLength();
        json.element(RAW_PLACE, index, frame.recordPrefix(), length);
      }
      out.put('"', ',');
      index++;
    }
    json.closeArray(mark);
  }

  // ---- events of the agent itself

  private void own(FrameFlyweight frame, EventKind kind, ByteOutput out) {
    stamps.appendId(out, frame, kind);
    out.put(
        switch (kind) {
          case GAP, HEARTBEAT, SUMMARY -> KIND_METRIC;
          default -> KIND_STATE;
        });
    EventAction action = OwnEvents.action(kind);
    out.put(action.categories);
    out.put(action.types);
    out.put(action.member);
    out.put(DATASET);
    out.put(Stamps.label(kind));
    out.put(HOST_NAME);
    host(out);
    origin.write(event);
    int coreaudit = json.open(COREAUDIT);
    json.number(SEQ, frame.seq());
    if (event.tellingText() != 0) {
      own.write(
          event.tellingText(), event.tellingLength(), OwnEvents.key(kind), OwnEvents.place(kind));
    }
    if (json.isCut()) {
      out.put(TRUNCATED);
    }
    json.broken(BYTES);
    json.close(coreaudit);
  }
}
