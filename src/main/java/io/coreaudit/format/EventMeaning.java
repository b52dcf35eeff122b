package io.coreaudit.format;

import io.coreaudit.interpret.ErrnoNames;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// What an event of audit says: what was done, of which type, with what outcome, to which file.
/// Good as long as the event's view is.
final class EventMeaning {
  static final int UNKNOWN = 0;
  static final int SUCCESS = 1;
  static final int FAILURE = 2;

  private static final Piece ALLOWED = EventAction.list("type", "allowed");
  private static final Piece CREATION = EventAction.list("type", "creation");
  private static final Piece CHANGE = EventAction.list("type", "change");
  private static final Piece DELETION = EventAction.list("type", "deletion");
  private static final Piece INSTALLATION = EventAction.list("type", "installation");

  private static final byte[] ADD = EventAction.bytes("add");
  private static final byte[] REMOVE = EventAction.bytes("remove");
  private static final byte[] DISCONNECT = EventAction.bytes("disconnect");
  private static final byte[] INSTALL = EventAction.bytes("install");
  private static final byte[] GRANTED = EventAction.bytes("granted");
  private static final byte[] DENIED = EventAction.bytes("denied");
  private static final int ACTION = Field.number("action");

  private static final long YES = RecordFlyweight.word("yes");
  private static final long ONE = RecordFlyweight.word("1");
  private static final long SUCCEEDED = RecordFlyweight.word("success");
  private static final long NO = RecordFlyweight.word("no");
  private static final long ZERO = RecordFlyweight.word("0");
  private static final long FAILED = RecordFlyweight.word("failed");
  private static final long FAILURE_WORD = RecordFlyweight.word("failure");

  private static final long ACCESS_MODE_AND_TRUNCATE = 3 | 0x200;
  private static final long SECCOMP_LOG = 0x7ffc0000L;
  private static final long SECCOMP_ALLOW = 0x7fff0000L;
  private static final long NO_NUMBER = Long.MIN_VALUE;

  private final EventView event;
  private final RecordFlyweight record = new RecordFlyweight();

  // Of the call's record; arch= and syscall= are wanted more than once.
  private int arch;
  private long number;
  private EventAction call;
  private EventAction action;
  private Piece types;
  private int path;
  private int outcome;

  EventMeaning(EventView event) {
    this.event = event;
  }

  /// Reads what the event says.
  void read() {
    arch = (int) event.hex(Field.ARCH, 0);
    number = event.decimal(Field.SYSCALL, -1);
    call = event.hasCall() ? called() : RecordActions.UNKNOWN;
    action = event.callTells() ? call : told();
    path = event.paths().subject(call.firstPath);
    types = typesOf();
    outcome = outcomeOf();
  }

  int arch() {
    return arch;
  }

  /// Number of the system call.
  long number() {
    return number;
  }

  /// What the event's system call does; `RecordActions.UNKNOWN` when there is none.
  EventAction call() {
    return call;
  }

  /// What was done.
  EventAction action() {
    return action;
  }

  /// `event.type` as a member.
  Piece types() {
    return types;
  }

  /// Whether something was made.
  boolean creates() {
    return types == CREATION;
  }

  /// Whether something was changed, or opened to be.
  boolean changes() {
    return types == CHANGE;
  }

  /// Whether something was taken away.
  boolean deletes() {
    return types == DELETION;
  }

  /// Whether software was installed.
  boolean installs() {
    return types == INSTALLATION;
  }

  /// `SUCCESS`, `FAILURE` or `UNKNOWN`.
  int outcome() {
    return outcome;
  }

  /// Whether something was let through: `SUCCESS`, or `FAILURE` when it was denied; `UNKNOWN` when
  /// the event is no decision.
  int decision() {
    if (types == ALLOWED || types == action.types && action.isPermission) {
      return SUCCESS;
    }
    return types == action.types && action.isDenial ? FAILURE : UNKNOWN;
  }

  /// Place of the path that the event is about, negative for none.
  int path() {
    return path;
  }

  /// Whether the event's system call failed.
  boolean callFailed() {
    return event.hasCall() && outcome(Field.SUCCESS) == FAILURE;
  }

  /// Name of the call's error, or null.
  byte[] error() {
    return callFailed() ? ErrnoNames.name(-event.decimal(Field.EXIT, 0)) : null;
  }

  /// What a call that failed gave; `otherwise` when none did.
  long exit(long otherwise) {
    long exit = callFailed() ? event.decimal(Field.EXIT, NO_NUMBER) : NO_NUMBER;
    return exit == NO_NUMBER ? otherwise : exit;
  }

  private EventAction told() {
    if (event.has(Field.APPARMOR)) {
      return RecordActions.ofAppArmor(event.value(Field.APPARMOR), event.length(Field.APPARMOR));
    }
    int type = event.tellingType();
    return switch (type) {
      case RecordType.AVC -> event.isSmack() ? RecordActions.SMACK : RecordActions.of(type);
      case RecordType.EVENT_LISTENER ->
          isOperation(DISCONNECT) ? RecordActions.LEFT_STREAM : RecordActions.of(type);
      // Older kernels wrote a line of the policy with the number of a file's hash.
      case RecordType.INTEGRITY_RULE ->
          RecordActions.of(
              event.find(ACTION, false) >= 0 ? RecordType.INTEGRITY_POLICY_RULE : type);
      default -> RecordActions.of(type);
    };
  }

  private EventAction called() {
    EventAction known =
        event.callType() == RecordType.SYSCALL
            ? SyscallActions.of(arch, number, event.hex(Field.A0, 0))
            : SyscallActions.ofUring(event.decimal(Field.URING_OP, -1));
    return known == null ? RecordActions.of(event.callType()) : known;
  }

  private Piece typesOf() {
    if (action.flagsArgument != EventAction.NONE) {
      return typesOfOpen();
    }
    return switch (event.tellingType()) {
      case RecordType.AVC, RecordType.USER_AVC -> {
        boolean granted =
            action == RecordActions.SMACK
                ? isAction(GRANTED)
                : event.decimal(Field.PERMISSIVE, 0) == 1 || isGranted();
        yield granted && !event.has(Field.APPARMOR) ? ALLOWED : action.types;
      }
      case RecordType.SECCOMP -> isLetThrough(event.hex(Field.CODE, 0)) ? ALLOWED : action.types;
      case RecordType.FANOTIFY -> event.decimal(Field.RESP, 0) == 1 ? ALLOWED : action.types;
      case RecordType.CONFIG_CHANGE ->
          isOperation(ADD) ? CREATION : isOperation(REMOVE) ? DELETION : action.types;
      case RecordType.SOFTWARE_UPDATE ->
          isOperation(INSTALL) ? INSTALLATION : isOperation(REMOVE) ? DELETION : action.types;
      default -> action.types;
    };
  }

  // Whether the decision of an AVC record was to grant. It stands before the caller's own words.
  private boolean isGranted() {
    record.wrap(event.tellingText(), event.tellingLength());
    record.rewind();
    while (record.nextWord()) {
      if (record.named()) {
        continue;
      }
      if (Memory.equals(record.valueAddress(), record.valueLength(), GRANTED)) {
        return true;
      }
      if (Memory.equals(record.valueAddress(), record.valueLength(), DENIED)) {
        return false;
      }
    }
    return false;
  }

  private boolean isAction(byte[] word) {
    int place = event.find(ACTION, false);
    FieldIndex fields = event.tellingFields();
    return place >= 0 && Memory.equals(fields.valueAddress(place), fields.valueLength(place), word);
  }

  // `op=add_rule`, `op="add rule"`.
  private boolean isOperation(byte[] word) {
    long op = event.value(Field.OP);
    int length = event.length(Field.OP);
    int quote = length > 0 && Memory.byteAt(op) == '"' ? 1 : 0;
    return Memory.startsWith(op + quote, length - quote, word);
  }

  // SECCOMP_RET_LOG and SECCOMP_RET_ALLOW; every other action kept the call from being made.
  private static boolean isLetThrough(long code) {
    long action = code & 0xffff0000L;
    return action == SECCOMP_LOG || action == SECCOMP_ALLOW;
  }

  private Piece typesOfOpen() {
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

  private int outcomeOf() {
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
    return decision(); // one that stands alone: what it said
  }

  private int outcome(int field) {
    int length = event.length(field);
    if (length > 7) {
      return UNKNOWN;
    }
    long word = EightBytes.load(event.value(field), length);
    if (word == YES || word == ONE || word == SUCCEEDED) {
      return SUCCESS;
    }
    boolean failed = word == NO || word == ZERO || word == FAILED || word == FAILURE_WORD;
    return failed ? FAILURE : UNKNOWN;
  }
}
