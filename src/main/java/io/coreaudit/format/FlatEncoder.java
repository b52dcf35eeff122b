package io.coreaudit.format;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.SyscallNames;
import io.coreaudit.interpret.UringNames;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.Confidence;
import io.coreaudit.origin.PodTag;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.record.RuleKeys;

/// Writes events as flat lines of `key=value`, for what takes no JSON:
///
/// ```text
/// CEF:0|coreaudit|coreaudit|0.1.0|opened-file|opened file|3|rt=... externalId=...
/// LEEF:2.0|coreaudit|coreaudit|0.1.0|opened-file|x09|devTime=...<tab>eventId=...
/// ```
///
/// One line an event, valid whatever its bytes (`FlatWriter`); `src/docs/flat.md` has the keys.
/// What an event is called is what it is called in ECS. Allocates nothing once its buffers have met
/// the longest event. For one thread.
public final class FlatEncoder implements EventEncoder {
  private static final byte[][] OUTCOMES = {
    EventAction.bytes("unknown"), EventAction.bytes("success"), EventAction.bytes("failure")
  };
  private static final byte[] ALLOWED = EventAction.bytes("allowed");
  private static final byte[] DENIED = EventAction.bytes("denied");
  private static final byte[] COMMAND = EventAction.bytes(" command=");
  private static final long UID_WORD = RecordFlyweight.word("UID");
  private static final long UNSET = 0xffffffffL;
  private static final long NO_NUMBER = Long.MIN_VALUE;
  private static final int FOREIGN_SEVERITY = 9;
  private static final int WORST = 10;
  private static final int ENOUGH = 4 * FlatWriter.LONGEST; // also in hexadecimal

  private final boolean cef;
  private final Piece header;
  private final EventView event = new EventView();
  private final EventMeaning meaning = new EventMeaning(event);
  private final FlatWriter line;
  private final Stamps stamps = new Stamps();
  private final Value value = new Value();
  private final SocketText socket = new SocketText();
  private final PathText path = new PathText();
  private final PodFields fields = new PodFields();
  private final CommandLine commandLine = new CommandLine(ENOUGH);
  private final Scratch text = new Scratch(4096);
  private final Scratch told = new Scratch(4096);

  private FlatEncoder(boolean cef, String version) {
    this.cef = cef;
    this.line = new FlatWriter(cef);
    String known = version.replaceAll("[^A-Za-z0-9.+_-]", "_");
    header = Piece.of((cef ? "CEF:0" : "LEEF:2.0") + "|coreaudit|coreaudit|" + known + "|");
  }

  /// An encoder of ArcSight's Common Event Format, version 0.
  ///
  /// @param version of the program
  public static FlatEncoder cef(String version) {
    return new FlatEncoder(true, version);
  }

  /// An encoder of QRadar's Log Event Extended Format 2.0.
  ///
  /// @param version of the program
  public static FlatEncoder leef(String version) {
    return new FlatEncoder(false, version);
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    EventKind kind = frame.kind();
    event.read(frame);
    if (kind == null || kind == EventKind.AUDIT) {
      meaning.read();
      boolean foreign = isForeign();
      int severity = meaning.action().severity;
      severity += meaning.outcome() == EventMeaning.FAILURE ? 1 : 0;
      severity = Math.min(WORST, foreign ? FOREIGN_SEVERITY : severity);
      head(frame, EventKind.AUDIT, meaning.action(), severity, out);
      audit(foreign);
    } else {
      EventAction action = OwnEvents.action(kind);
      head(frame, kind, action, action.severity, out);
      place(isForeign());
      line.text(FlatKey.COMMAND, event.tellingText(), event.tellingLength());
    }
    out.put('\n');
  }

  private boolean isForeign() {
    return event.tags().origin().hasSecret() && event.tags().origin().foreign() == 1;
  }

  private void head(
      FrameFlyweight frame, EventKind kind, EventAction action, int severity, ByteOutput out) {
    out.put(header);
    out.put(action.action);
    out.put('|');
    if (cef) {
      out.put(action.name);
      out.put('|');
      out.putDecimal(severity);
    } else {
      out.put('x', '0');
      out.put('9');
    }
    out.put('|');
    line.start(out);
    line.number(FlatKey.TIME, Stamps.epochMillis(frame));
    line.begin(FlatKey.ID);
    stamps.appendId(out, frame, kind);
    line.number(FlatKey.SEVERITY, Math.max(1, severity));
    if (action.categoryNames.length > 0) {
      line.plain(FlatKey.CATEGORY, action.categoryNames);
    }
    line.text(FlatKey.NODE, event.tags().node(), event.tags().nodeLength());
  }

  private void audit(boolean foreign) {
    line.plain(FlatKey.OUTCOME, OUTCOMES[meaning.outcome()]);
    int decision = meaning.decision();
    if (decision != EventMeaning.UNKNOWN) {
      line.plain(FlatKey.DECISION, decision == EventMeaning.SUCCESS ? ALLOWED : DENIED);
    }
    byte[] error = meaning.error();
    if (error != null) {
      line.plain(FlatKey.ERROR, error);
    }
    process();
    users();
    ends();
    file();
    place(foreign);
    rule();
    call();
    if ((event.frame().flags() & EventFlags.BACKFILLED) != 0) {
      line.number(FlatKey.BACKFILLED, 1);
    }
    command();
  }

  private void process() {
    number(FlatKey.PID, Field.PID);
    number(FlatKey.PARENT, Field.PPID);
    if (!decoded(FlatKey.PROCESS, Field.EXE)) {
      decoded(FlatKey.PROCESS, Field.COMM);
    }
    decoded(FlatKey.SERVICE, Field.UNIT);
  }

  private void number(FlatKey key, int field) {
    long number = event.decimal(field, -1);
    if (number >= 0) {
      line.number(key, number);
    }
  }

  private boolean decoded(FlatKey key, int field) {
    if (!event.has(field)
        || !value.decode(event.value(field), event.length(field), Field.isEncoded(field))) {
      return false;
    }
    line.text(key, value.address(), value.length());
    return true;
  }

  // ---- users

  private void users() {
    if (EcsSubject.isOfLogin(event)) {
      account(FlatKey.LOGIN_ID, FlatKey.LOGIN_NAME);
    } else {
      long id = event.decimal(Field.UID, -1);
      if (id >= 0) {
        line.number(FlatKey.USER_ID, id);
        name(FlatKey.USER_NAME, 0, id, UID_WORD);
      }
      if (EcsSubject.isOfAccount(event)) {
        account(FlatKey.TARGET_ID, FlatKey.TARGET_NAME);
      }
    }
    group();
    number(FlatKey.AUDIT_USER, Field.AUID);
    long session = event.decimal(Field.SES, -1);
    if (session >= 0 && session != UNSET) {
      line.number(FlatKey.SESSION, session);
    }
  }

  // The group that was changed, in CEF where the account stands if no account was; or the one that
  // a
  // user takes.
  private void group() {
    if (EcsSubject.isOfTakenGroup(event)) {
      groupId(EcsSubject.takenGroupId(event), FlatKey.GROUP_ID);
      int place = EcsSubject.takenGroupName(event);
      FieldIndex fields = event.tellingFields();
      if (place >= 0 && value.decode(fields.valueAddress(place), fields.valueLength(place), true)) {
        line.text(FlatKey.GROUP_NAME, value.address(), value.length());
      }
    } else if (EcsSubject.isOfGroup(event)) {
      boolean member = event.has(Field.GRP) && event.has(Field.ACCT);
      if (member) {
        decoded(FlatKey.TARGET_NAME, Field.ACCT);
      }
      boolean asAccount = cef && !member;
      long id = event.decimal(Field.ID, UNSET);
      groupId(id, asAccount ? FlatKey.TARGET_ID : FlatKey.GROUP_ID);
      FlatKey nameKey = asAccount ? FlatKey.TARGET_NAME : FlatKey.GROUP_NAME;
      if (!decoded(nameKey, event.has(Field.GRP) ? Field.GRP : Field.ACCT)
          && id >= 0
          && id < UNSET) {
        name(nameKey, 1, id, event.accountWord());
      }
    }
  }

  private void groupId(long id, FlatKey key) {
    if (id >= 0 && id < UNSET) {
      line.number(key, id);
    }
  }

  private void account(FlatKey idKey, FlatKey nameKey) {
    long id = event.decimal(Field.ID, UNSET);
    boolean hasId = id >= 0 && id < UNSET;
    if (hasId) {
      line.number(idKey, id);
    }
    if (!decoded(nameKey, Field.ACCT) && hasId) {
      name(nameKey, 0, id, event.accountWord());
    }
  }

  private void name(FlatKey key, int kind, long id, long enriched) {
    if (event.findEnriched(enriched)) {
      line.text(key, event.enriched(), event.enrichedLength());
      return;
    }
    int known = id < UNSET ? event.tags().account(kind, id) : -1;
    if (known >= 0) {
      line.text(key, event.tags().accountName(known), event.tags().accountNameLength(known));
    }
  }

  // ---- ends of a connection

  private void ends() {
    int family = SocketText.NONE;
    if (event.has(Field.SADDR)) {
      family = socket.read(event.value(Field.SADDR), event.length(Field.SADDR));
    }
    EventAction call = meaning.call();
    if (family != SocketText.NONE) {
      if (call.peer != null && family != SocketText.LOCAL) {
        boolean source = call.isPeerSource;
        address(source, socket.address(), socket.length());
        line.number(source ? FlatKey.SOURCE_PORT : FlatKey.DESTINATION_PORT, socket.port());
      }
    } else if (!event.callTells()) {
      textEnd(true, event.has(Field.SADDR) ? Field.SADDR : Field.ADDR);
      textEnd(false, Field.DADDR);
      if (value.decode(event.value(Field.HOSTNAME), event.length(Field.HOSTNAME), false)
          && !IpText.isAddress(value.address(), value.length())) {
        line.text(FlatKey.SOURCE_HOST, value.address(), value.length());
      }
    }
  }

  private void textEnd(boolean source, int field) {
    if (value.decode(event.value(field), event.length(field), false)
        && IpText.isAddress(value.address(), value.length())) {
      address(source, value.address(), value.length());
      long port =
          source ? event.decimal(Field.SPORT, event.clientPort()) : event.decimal(Field.DPORT, -1);
      if (port >= 0 && port <= 0xffff) {
        line.number(source ? FlatKey.SOURCE_PORT : FlatKey.DESTINATION_PORT, port);
      }
    }
  }

  private void address(boolean source, long address, int length) {
    boolean version6 = false;
    for (int i = 0; i < length; i++) {
      version6 |= Memory.byteAt(address + i) == ':';
    }
    FlatKey key;
    if (source) {
      key = version6 ? FlatKey.SOURCE6 : FlatKey.SOURCE;
    } else {
      key = version6 ? FlatKey.DESTINATION6 : FlatKey.DESTINATION;
    }
    line.text(key, address, length);
  }

  // ---- file

  private void file() {
    int at = meaning.path();
    if (at < 0) {
      if (EcsFile.decodeNamed(event, value)) {
        path(value.address(), value.length());
      }
      return;
    }
    PathList paths = event.paths();
    boolean relative = EcsFile.isFromWorkingDirectory(event, meaning.call().directoryArgument);
    if (path.resolve(event, at, relative)) {
      path(path.address(), path.length());
    }
    if (value.decode(paths.value(at, PathList.INODE), paths.length(at, PathList.INODE), false)) {
      line.text(FlatKey.INODE, value.address(), value.length());
    }
    if (value.decode(paths.value(at, PathList.MODE), paths.length(at, PathList.MODE), false)) {
      line.text(FlatKey.MODE, value.address(), value.length());
    }
  }

  private void path(long address, int length) {
    line.text(FlatKey.FILE, address, length);
    long end = address + length;
    long base = end;
    while (base > address && Memory.byteAt(base - 1) != '/') {
      base--;
    }
    line.text(FlatKey.FILE_NAME, base, (int) (end - base));
  }

  // ---- container, pod, secret

  private void place(boolean foreign) {
    OriginView origin = event.tags().origin();
    if (origin.isInside()) {
      line.text(FlatKey.CONTAINER, origin.containerId(), origin.containerIdLength());
      podField(FlatKey.POD, PodTag.POD_NAME);
      podField(FlatKey.NAMESPACE, PodTag.NAMESPACE);
    } else if (origin.confidence() == Confidence.NAMESPACE) {
      podField(FlatKey.NAMESPACE, PodTag.NAMESPACE);
    }
    if (origin.hasSecret()) {
      text.clear();
      text.append(origin.secretUid(), origin.secretUidLength());
      text.append('/');
      text.append(origin.secretVolume(), origin.secretVolumeLength());
      line.text(FlatKey.SECRET, text.address(), text.length());
      if (foreign || origin.foreign() == 0) {
        line.number(FlatKey.FOREIGN, foreign ? 1 : 0);
      }
    }
  }

  private void podField(FlatKey key, int field) {
    fields.rewind(event.tags().origin().pod(), event.tags().origin().podLength());
    if (fields.next(field)) {
      line.text(key, fields.text(), fields.length());
    }
  }

  // ---- rule, call, command

  private void rule() {
    if (!value.decode(event.value(Field.KEY), event.length(Field.KEY), true)) {
      return;
    }
    text.clear();
    for (int i = 0; i < value.length(); i++) {
      byte b = Memory.byteAt(value.address() + i);
      text.append(b == RuleKeys.SEPARATOR ? ',' : b);
    }
    line.text(FlatKey.RULE, text.address(), text.length());
  }

  private void call() {
    if (event.has(Field.SYSCALL)) {
      name(SyscallNames.name(meaning.arch(), meaning.number()), Field.SYSCALL);
    } else if (event.has(Field.URING_OP)) {
      name(UringNames.table().name(event.decimal(Field.URING_OP, -1)), Field.URING_OP);
    }
    long exit = meaning.exit(NO_NUMBER);
    if (exit != NO_NUMBER) {
      line.number(FlatKey.EXIT, exit);
    }
    if (event.tellingText() != 0) {
      byte[] type = RecordActions.name(event.tellingType());
      if (type != null) {
        line.plain(FlatKey.RECORD, type);
      } else {
        line.number(FlatKey.RECORD, event.tellingType());
      }
    }
  }

  private void name(byte[] call, int field) {
    if (call != null) {
      line.plain(FlatKey.CALL, call);
    } else {
      line.text(FlatKey.CALL, event.value(field), event.length(field));
    }
  }

  // The command line; of an event that another record than the call tells what that says, and the
  // command line behind it.
  private void command() {
    if (isTold() && event.has(Field.CMD)) {
      decoded(FlatKey.COMMAND, Field.CMD);
      return;
    }
    commandLine.read(event);
    if (isTold()) {
      told();
    } else {
      line.text(FlatKey.COMMAND, commandLine.address(), commandLine.length());
    }
  }

  private boolean isTold() {
    int type = event.tellingType();
    return !event.callTells()
        && event.tellingText() != 0
        && type != RecordType.EXECVE
        && type != RecordType.PROCTITLE;
  }

  private void told() {
    long begin = RecordFlyweight.behindStamp(event.tellingText(), event.tellingLength());
    long end = event.tellingText() + event.tellingLength();
    while (begin < end && Memory.byteAt(begin) == ' ') {
      begin++;
    }
    if (commandLine.length() == 0) {
      line.text(FlatKey.COMMAND, begin, (int) (end - begin));
      return;
    }
    told.clear();
    told.append(begin, (int) Math.min(end - begin, ENOUGH));
    for (byte b : COMMAND) {
      told.append(b);
    }
    told.append(commandLine.address(), commandLine.length());
    line.text(FlatKey.COMMAND, told.address(), told.length());
  }
}
