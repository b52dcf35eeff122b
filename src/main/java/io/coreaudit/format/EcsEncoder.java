package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.ArchNames;
import io.coreaudit.interpret.ErrnoNames;
import io.coreaudit.interpret.SyscallNames;
import io.coreaudit.interpret.UringNames;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.util.Arrays;

/// Writes events as JSON in the names of the Elastic Common Schema 8.17, one object a line.
///
/// The members always come in the same order; `src/docs/ecs.md` lists them. Allocates nothing once
/// its buffers have met the longest event. For one thread.
///
/// An event takes about 1 MiB at most, whatever its frame holds: arguments, paths and raw records
/// end where their share ends, and `coreaudit.truncated` tells. The spool still has all of it.
public final class EcsEncoder implements EventEncoder {
  private static final byte[] ECS =
      EventAction.bytes("\"ecs\":{\"version\":\"8.17.0\"},\"event\":{\"id\":\"");
  private static final byte[] MODULE = EventAction.bytes("\"module\":\"coreaudit\",");
  private static final byte[] KIND_EVENT = EventAction.bytes("\",\"kind\":\"event\",");
  private static final byte[] KIND_STATE = EventAction.bytes("\",\"kind\":\"state\",");
  private static final byte[] KIND_METRIC = EventAction.bytes("\",\"kind\":\"metric\",");
  private static final byte[] DATASET_AUDIT =
      EventAction.bytes("\"dataset\":\"coreaudit.audit\"},");
  private static final byte[] DATASET = EventAction.bytes("\"dataset\":\"coreaudit.");
  private static final byte[] TIMESTAMP = EventAction.bytes("\"@timestamp\":\"");
  private static final byte[] HOST_NAME = EventAction.bytes("\"host\":{\"name\":\"");

  private static final byte[] HOST_PLACE = EventAction.bytes("host.name");

  private static final byte[] CATEGORY = key("category");
  private static final byte[] TYPE = key("type");
  private static final byte[] ACTION = key("action");
  private static final byte[] OUTCOME = key("outcome");
  private static final byte[] SUCCESS = EventAction.bytes("success");
  private static final byte[] FAILURE = EventAction.bytes("failure");
  private static final byte[] UNKNOWN = EventAction.bytes("unknown");
  private static final byte[] ALLOWED = EventAction.bytes("\"allowed\"");
  private static final byte[] DENIED = EventAction.bytes("\"denied\"");
  private static final byte[] CREATION = EventAction.bytes("\"creation\"");
  private static final byte[] CHANGE = EventAction.bytes("\"change\"");
  private static final byte[] NO_NODE = EventAction.bytes("-");

  private static final byte[] TAGS = key("tags");
  private static final byte[] TAGS_PLACE = EventAction.bytes("tags");
  private static final byte[] COREAUDIT = key("coreaudit");
  private static final byte[] SEQ = key("seq");
  private static final byte[] SERIAL = key("serial");
  private static final byte[] SYSCALL = key("syscall");
  private static final byte[] SYSCALL_PLACE = EventAction.bytes("coreaudit.syscall");
  private static final byte[] ARCH = key("arch");
  private static final byte[] ARCH_PLACE = EventAction.bytes("coreaudit.arch");
  private static final byte[] EXIT = key("exit");
  private static final byte[] ERROR = key("error");
  private static final byte[] CODE = key("code");
  private static final byte[] SESSION = key("session");
  private static final byte[] RECORD = key("type");
  private static final byte[] INCOMPLETE = EventAction.bytes("\"incomplete\":true,");
  private static final byte[] TRUNCATED = EventAction.bytes("\"truncated\":true,");
  private static final byte[] RAW = key("raw");
  private static final byte[] RAW_PLACE = EventAction.bytes("coreaudit.raw");
  private static final byte[] BYTES = key("bytes");

  private static final byte[] YES = EventAction.bytes("yes");
  private static final byte[] ONE = EventAction.bytes("1");
  private static final byte[] NO = EventAction.bytes("no");
  private static final byte[] ZERO = EventAction.bytes("0");
  private static final byte[] FAILED = EventAction.bytes("failed");

  private static final int WITH_RAW_BYTES = 1 << 20;
  private static final long ACCESS_MODE_AND_TRUNCATE = 3 | 0x200;
  private static final long SECCOMP_LOG = 0x7ffc0000L;
  private static final long SECCOMP_ALLOW = 0x7fff0000L;
  private static final long NO_NUMBER = Long.MIN_VALUE;

  private final boolean withRaw;
  private final EventView event = new EventView();
  private final JsonWriter json = new JsonWriter();
  private final Value value = new Value();
  private final EcsSubject subject = new EcsSubject(json, value);
  private final EcsFile file = new EcsFile(json, value);
  private final EcsNetwork network = new EcsNetwork(json, value);
  private final EcsData data = new EcsData(json, value);
  private final EcsOwn own = new EcsOwn(json);

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
    Stamps.appendTime(out, frame);
    out.put('"', ',');
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

  private void host(ByteOutput out) {
    out.put(HOST_NAME);
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
    Stamps.appendId(out, frame, EventKind.AUDIT);
    out.put(KIND_EVENT);
    EventAction action = action();
    int subjectPath = event.paths().subject(action.firstPath);
    list(out, CATEGORY, action.categories);
    byte[] types = types(action, subjectPath);
    list(out, TYPE, types);
    out.put(ACTION, '"');
    if (action == RecordActions.UNKNOWN) {
      data.lowerCaseType(event);
    } else {
      out.put(action.action);
    }
    out.put('"', ',');
    json.plain(OUTCOME, outcome(types));
    out.put(MODULE);
    out.put(DATASET_AUDIT);
    host(out);
    tags();
    error();
    subject.write(event);
    network.write(event, action);
    file.write(event, action, subjectPath);
    int coreaudit = json.open(COREAUDIT);
    json.number(SEQ, frame.seq());
    out.put(SERIAL);
    Stamps.appendUnsigned(out, frame.serial());
    out.put(',');
    call();
    recordType();
    session();
    if ((frame.flags() & EventFlags.INCOMPLETE) != 0) {
      out.put(INCOMPLETE);
    }
    network.writeLocal();
    file.writeAll(event, action, subjectPath);
    data.write(event);
    // The place for what comes with containers: coreaudit.secret, coreaudit.origin.
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

  private EventAction action() {
    if (!event.callTells()) {
      return RecordActions.of(event.tellingType());
    }
    EventAction known =
        event.callType() == RecordType.SYSCALL
            ? SyscallActions.of((int) event.hex(Field.ARCH, 0), event.decimal(Field.SYSCALL, -1))
            : SyscallActions.ofUring(event.decimal(Field.URING_OP, -1));
    return known == null ? RecordActions.of(event.callType()) : known;
  }

  private byte[] types(EventAction action, int path) {
    if (action.flagsArgument != EventAction.NONE) {
      return typesOfOpen(action, path);
    }
    boolean letThrough =
        switch (event.tellingType()) {
          case RecordType.AVC, RecordType.USER_AVC ->
              event.decimal(Field.PERMISSIVE, 0) == 1 || data.isGranted(event);
          case RecordType.SECCOMP -> isLetThrough(event.hex(Field.CODE, 0));
          default -> false;
        };
    return letThrough ? ALLOWED : action.types;
  }

  // SECCOMP_RET_LOG and SECCOMP_RET_ALLOW; every other action kept the call from being made.
  private static boolean isLetThrough(long code) {
    long action = code & 0xffff0000L;
    return action == SECCOMP_LOG || action == SECCOMP_ALLOW;
  }

  private byte[] typesOfOpen(EventAction action, int path) {
    if (path >= 0 && event.paths().isCreated(path)) {
      return CREATION;
    }
    long flags;
    if (event.callType() == RecordType.URINGOP || action.flagsArgument == EventAction.IN_RECORD) {
      flags = FieldWalk.octal(event.value(Field.OFLAG), event.length(Field.OFLAG), 0);
    } else if (action.flagsArgument == EventAction.ALWAYS_CREATES) {
      return CHANGE;
    } else {
      flags = event.hex(Field.A0 + action.flagsArgument, 0);
    }
    return (flags & ACCESS_MODE_AND_TRUNCATE) != 0 ? CHANGE : action.types;
  }

  private byte[] outcome(byte[] types) {
    if (event.callTells() && event.has(Field.SUCCESS)) {
      return outcome(Field.SUCCESS);
    }
    if (event.has(Field.RES)) {
      return outcome(Field.RES);
    }
    if (event.has(Field.RESULT)) {
      return outcome(Field.RESULT);
    }
    if (event.has(Field.SUCCESS)) {
      return outcome(Field.SUCCESS);
    }
    // A decision that stands alone: what it said.
    if (types == ALLOWED) {
      return SUCCESS;
    }
    return Arrays.equals(types, DENIED) ? FAILURE : UNKNOWN;
  }

  private byte[] outcome(int field) {
    long address = event.value(field);
    int length = event.length(field);
    if (FieldWalk.equals(address, length, YES)
        || FieldWalk.equals(address, length, ONE)
        || FieldWalk.equals(address, length, SUCCESS)) {
      return SUCCESS;
    }
    boolean failed =
        FieldWalk.equals(address, length, NO)
            || FieldWalk.equals(address, length, ZERO)
            || FieldWalk.equals(address, length, FAILED)
            || FieldWalk.equals(address, length, FAILURE);
    return failed ? FAILURE : UNKNOWN;
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
    for (long at = start; at <= end; at++) {
      if (at == end || Memory.byteAt(at) == 1) {
        if (at > start) {
          json.out().put('"');
          json.element(TAGS_PLACE, index++, start, (int) (at - start));
          json.out().put('"', ',');
        }
        start = at + 1;
      }
    }
    json.closeArray(mark);
  }

  private boolean callFailed() {
    return event.hasCall() && outcome(Field.SUCCESS) == FAILURE;
  }

  private void error() {
    byte[] name = callFailed() ? ErrnoNames.name(-event.decimal(Field.EXIT, 0)) : null;
    if (name != null) {
      int mark = json.open(ERROR);
      json.plain(CODE, name);
      json.close(mark);
    }
  }

  private void call() {
    int arch = (int) event.hex(Field.ARCH, 0);
    if (event.has(Field.SYSCALL)) {
      byte[] name = SyscallNames.name(arch, event.decimal(Field.SYSCALL, -1));
      nameOrValue(SYSCALL, SYSCALL_PLACE, name, Field.SYSCALL);
    } else if (event.has(Field.URING_OP)) {
      byte[] name = UringNames.table().name(event.decimal(Field.URING_OP, -1));
      nameOrValue(SYSCALL, SYSCALL_PLACE, name, Field.URING_OP);
    }
    if (event.has(Field.ARCH)) {
      nameOrValue(ARCH, ARCH_PLACE, ArchNames.name(arch), Field.ARCH);
    }
    long exit = callFailed() ? event.decimal(Field.EXIT, NO_NUMBER) : NO_NUMBER;
    if (exit != NO_NUMBER) {
      json.number(EXIT, exit);
    }
  }

  private void nameOrValue(byte[] key, byte[] place, byte[] name, int field) {
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
      json.quoted(SESSION, session);
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

  private static void list(ByteOutput out, byte[] key, byte[] elements) {
    if (elements.length > 0) {
      out.put(key, '[');
      out.put(elements);
      out.put(']', ',');
    }
  }

  // ---- events of the agent itself

  private void own(FrameFlyweight frame, EventKind kind, ByteOutput out) {
    Stamps.appendId(out, frame, kind);
    out.put(kind == EventKind.HEARTBEAT || kind == EventKind.GAP ? KIND_METRIC : KIND_STATE);
    EventAction action = OwnEvents.action(kind);
    list(out, CATEGORY, action.categories);
    list(out, TYPE, action.types);
    json.plain(ACTION, action.action);
    out.put(MODULE);
    out.put(DATASET);
    out.put(Stamps.label(kind));
    out.put('"', '}');
    out.put(',');
    host(out);
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
