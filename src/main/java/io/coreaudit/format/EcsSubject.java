package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.record.EightBytes;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Writes who did it: `process`, `user`, `group`, `service`.
final class EcsSubject {
  private static final Piece PROCESS = key("process");
  private static final Piece PID = key("pid");
  private static final Piece ENTITY_ID = key("entity_id");
  private static final Piece PARENT = key("parent");
  private static final Piece NAME = key("name");
  private static final Piece EXECUTABLE = key("executable");
  private static final Piece ARGS = key("args");
  private static final Piece ARGS_COUNT = key("args_count");
  private static final Piece COMMAND_LINE = key("command_line");
  private static final Piece WORKING_DIRECTORY = key("working_directory");
  private static final Piece USER = key("user");
  private static final Piece ID = key("id");
  private static final Piece EFFECTIVE = key("effective");
  private static final Piece SAVED = key("saved");
  private static final Piece FILESYSTEM = key("filesystem");
  private static final Piece AUDIT = key("audit");
  private static final Piece TARGET = key("target");
  private static final Piece GROUP = key("group");
  private static final Piece SERVICE = key("service");

  private static final byte[] PARENT_NAME_PLACE = EventAction.bytes("process.parent.name");
  private static final byte[] PARENT_EXECUTABLE_PLACE =
      EventAction.bytes("process.parent.executable");
  private static final byte[] NAME_PLACE = EventAction.bytes("process.name");
  private static final byte[] EXECUTABLE_PLACE = EventAction.bytes("process.executable");
  private static final byte[] COMMAND_LINE_PLACE = EventAction.bytes("process.command_line");
  private static final byte[] WORKING_DIRECTORY_PLACE =
      EventAction.bytes("process.working_directory");
  private static final byte[] PROCESS_USER_PLACE = EventAction.bytes("process.user.name");
  private static final byte[] USER_PLACE = EventAction.bytes("user.name");
  private static final byte[] EFFECTIVE_PLACE = EventAction.bytes("user.effective.name");
  private static final byte[] EFFECTIVE_GROUP_PLACE =
      EventAction.bytes("user.effective.group.name");
  private static final byte[] SAVED_PLACE = EventAction.bytes("user.saved.name");
  private static final byte[] SAVED_GROUP_PLACE = EventAction.bytes("user.saved.group.name");
  private static final byte[] FILESYSTEM_PLACE = EventAction.bytes("user.filesystem.name");
  private static final byte[] FILESYSTEM_GROUP_PLACE =
      EventAction.bytes("user.filesystem.group.name");
  private static final byte[] CHANGED_GROUP_PLACE = EventAction.bytes("group.name");
  private static final byte[] GROUP_PLACE = EventAction.bytes("user.group.name");
  private static final byte[] AUDIT_PLACE = EventAction.bytes("user.audit.name");
  private static final byte[] TARGET_PLACE = EventAction.bytes("user.target.name");
  private static final byte[] SERVICE_PLACE = EventAction.bytes("service.name");

  private static final long UID_WORD = RecordFlyweight.word("UID");
  private static final long EUID_WORD = RecordFlyweight.word("EUID");
  private static final long GID_WORD = RecordFlyweight.word("GID");
  private static final long AUID_WORD = RecordFlyweight.word("AUID");
  private static final long EGID_WORD = RecordFlyweight.word("EGID");
  private static final long SUID_WORD = RecordFlyweight.word("SUID");
  private static final long SGID_WORD = RecordFlyweight.word("SGID");
  private static final long FSUID_WORD = RecordFlyweight.word("FSUID");
  private static final long FSGID_WORD = RecordFlyweight.word("FSGID");
  private static final long ID_WORD = RecordFlyweight.word("ID");
  private static final long UNSET = 0xffffffffL;
  private static final int NEW_GID = Field.number("new_gid");
  private static final int NEW_GID_TOO = Field.number("new-gid");
  private static final int NEW_GROUP = Field.number("new_group");
  private static final int NEW_GROUP_TOO = Field.number("new-group");

  /// Arguments end here, so that there is room for what follows them.
  private static final int ARGUMENTS_BYTES = 512 << 10;

  private final JsonWriter json;
  private final Value value;
  private final Arguments arguments = new Arguments();

  EcsSubject(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
  }

  void write(EventView event) {
    boolean login = isOfLogin(event);
    process(event, login);
    user(event, login);
    group(event);
    service(event);
  }

  /// Whether the event names who comes or goes.
  static boolean isOfLogin(EventView event) {
    return !event.callTells() && isLogin(event.tellingType()) && names(event);
  }

  /// Whether the event names an account that was changed.
  static boolean isOfAccount(EventView event) {
    return !event.callTells() && isAccountManagement(event.tellingType()) && names(event);
  }

  /// Whether the event is about a group that was changed.
  static boolean isOfGroup(EventView event) {
    return !event.callTells() && isGroupManagement(event.tellingType());
  }

  /// Whether the event is about a group that a user takes.
  static boolean isOfTakenGroup(EventView event) {
    int type = event.callTells() ? -1 : event.tellingType();
    return type == RecordType.CHGRP_ID || type == RecordType.GRP_AUTH;
  }

  private static boolean names(EventView event) {
    long id = event.decimal(Field.ID, UNSET);
    return event.has(Field.ACCT) || (id >= 0 && id < UNSET);
  }

  // ---- process

  private void process(EventView event, boolean login) {
    int process = json.open(PROCESS);
    long pid = event.decimal(Field.PID, -1);
    if (pid >= 0) {
      json.number(PID, pid, event.value(Field.PID), event.length(Field.PID));
    }
    entityId(json, ENTITY_ID, event, pid, event.tags().origin().process());
    int parent = json.open(PARENT);
    long ppid = event.decimal(Field.PPID, -1);
    if (ppid >= 0) {
      json.number(PID, ppid, event.value(Field.PPID), event.length(Field.PPID));
    }
    entityId(json, ENTITY_ID, event, ppid, event.tags().origin().parent());
    if (event.tags().parentNameLength() > 0) {
      json.text(
          NAME, PARENT_NAME_PLACE, event.tags().parentName(), event.tags().parentNameLength());
    }
    if (event.tags().parentExecutableLength() > 0) {
      json.text(
          EXECUTABLE,
          PARENT_EXECUTABLE_PLACE,
          event.tags().parentExecutable(),
          event.tags().parentExecutableLength());
    }
    json.close(parent);
    text(event, Field.COMM, NAME, NAME_PLACE);
    text(event, Field.EXE, EXECUTABLE, EXECUTABLE_PLACE);
    arguments(event);
    text(event, Field.CMD, COMMAND_LINE, COMMAND_LINE_PLACE);
    text(event, Field.CWD, WORKING_DIRECTORY, WORKING_DIRECTORY_PLACE);
    if (login) {
      account(event, USER, Field.UID, 0, UID_WORD, PROCESS_USER_PLACE);
    }
    json.close(process);
  }

  /// Writes what is the same for all events of a process and for no other process of any host: the
  /// boot, the number and the start; without that the first event.
  static void entityId(JsonWriter json, Piece key, EventView event, long pid, long identity) {
    if (identity == 0 || pid < 0) {
      return;
    }
    ByteOutput out = json.out();
    out.put(key, '"');
    out.putHex(event.frame().bootIdHigh(), 16);
    out.put('-');
    out.putDecimal(pid);
    out.put('-');
    if (identity < 0) {
      out.put('e');
    }
    out.putDecimal(Math.abs(identity));
    out.put('"', ',');
  }

  private void arguments(EventView event) {
    json.limit(ARGUMENTS_BYTES);
    if (event.hasExecve()) {
      int args = json.openArray(ARGS);
      arguments.writeExecve(json, event.frame());
      json.closeArray(args);
      long count = event.decimal(Field.ARGC, -1);
      if (count >= 0) {
        json.number(ARGS_COUNT, count);
      }
    } else if (event.has(Field.PROCTITLE)) {
      int args = json.openArray(ARGS);
      arguments.writeTitle(json, event.value(Field.PROCTITLE), event.length(Field.PROCTITLE));
      json.closeArray(args);
    }
    json.limit(JsonWriter.TEXT_BYTES);
  }

  private boolean text(EventView event, int field, Piece key, byte[] place) {
    if (!value.decode(event.value(field), event.length(field), Field.isEncoded(field))) {
      return false;
    }
    json.text(key, place, value.address(), value.length());
    return true;
  }

  // ---- user

  private void user(EventView event, boolean login) {
    int user = json.open(USER);
    if (login) {
      target(event, USER_PLACE);
    } else {
      members(event, Field.UID, 0, UID_WORD, USER_PLACE);
      otherIdentities(event);
      account(event, GROUP, Field.GID, 1, GID_WORD, GROUP_PLACE);
      if (!event.callTells() && isAccountManagement(event.tellingType())) {
        int target = json.open(TARGET);
        target(event, TARGET_PLACE);
        json.close(target);
      } else if (isOfGroup(event) && event.has(Field.GRP)) {
        int target = json.open(TARGET);
        text(event, Field.ACCT, NAME, TARGET_PLACE);
        json.close(target);
      }
    }
    account(event, AUDIT, Field.AUID, 0, AUID_WORD, AUDIT_PLACE);
    json.close(user);
  }

  // What the kernel goes by, where it is another than who it is; what it may go back to.
  private void otherIdentities(EventView event) {
    boolean user = differ(event, Field.EUID, Field.UID);
    boolean group = differ(event, Field.EGID, Field.GID);
    if (user || group) {
      int mark = json.open(EFFECTIVE);
      if (user) {
        members(event, Field.EUID, 0, EUID_WORD, EFFECTIVE_PLACE);
      }
      if (group) {
        account(event, GROUP, Field.EGID, 1, EGID_WORD, EFFECTIVE_GROUP_PLACE);
      }
      json.close(mark);
    }
    user = differ(event, Field.SUID, Field.EUID);
    group = differ(event, Field.SGID, Field.EGID);
    if (user || group) {
      int mark = json.open(SAVED);
      if (user) {
        members(event, Field.SUID, 0, SUID_WORD, SAVED_PLACE);
      }
      if (group) {
        account(event, GROUP, Field.SGID, 1, SGID_WORD, SAVED_GROUP_PLACE);
      }
      json.close(mark);
    }
    user = differ(event, Field.FSUID, Field.EUID);
    group = differ(event, Field.FSGID, Field.EGID);
    if (user || group) {
      int mark = json.open(FILESYSTEM);
      if (user) {
        members(event, Field.FSUID, 0, FSUID_WORD, FILESYSTEM_PLACE);
      }
      if (group) {
        account(event, GROUP, Field.FSGID, 1, FSGID_WORD, FILESYSTEM_GROUP_PLACE);
      }
      json.close(mark);
    }
  }

  private static boolean differ(EventView event, int field, int from) {
    int length = event.length(field);
    if (length == event.length(from) && length <= Long.BYTES) {
      return EightBytes.load(event.value(field), length)
          != EightBytes.load(event.value(from), length);
    }
    return length > 0 && event.decimal(field, -1) != event.decimal(from, -1);
  }

  /// Writes the group that was made, changed or taken away.
  private void group(EventView event) {
    if (isOfTakenGroup(event)) {
      takenGroup(event);
      return;
    }
    if (!isOfGroup(event)) {
      return;
    }
    int group = json.open(GROUP);
    long id = event.decimal(Field.ID, UNSET);
    boolean hasId = id >= 0 && id < UNSET;
    if (hasId) {
      json.quoted(ID, id);
    }
    int name = event.has(Field.GRP) ? Field.GRP : Field.ACCT;
    if (!text(event, name, NAME, CHANGED_GROUP_PLACE) && hasId) {
      name(event, id, 1, ID_WORD, CHANGED_GROUP_PLACE);
    }
    json.close(group);
  }

  // The group that a user takes, or asks to.
  private void takenGroup(EventView event) {
    int group = json.open(GROUP);
    long id = takenGroupId(event);
    boolean hasId = id >= 0 && id < UNSET;
    if (hasId) {
      json.quoted(ID, id);
    }
    FieldIndex fields = event.tellingFields();
    int place = takenGroupName(event);
    if (place >= 0 && value.decode(fields.valueAddress(place), fields.valueLength(place), true)) {
      json.text(NAME, CHANGED_GROUP_PLACE, value.address(), value.length());
    } else if (hasId) {
      int known = event.tags().account(1, id);
      if (known >= 0) {
        json.text(
            NAME,
            CHANGED_GROUP_PLACE,
            event.tags().accountName(known),
            event.tags().accountNameLength(known));
      }
    }
    json.close(group);
  }

  /// Number of the group that a user takes, that of no group when it is not told.
  static long takenGroupId(EventView event) {
    int place = either(event, NEW_GID, NEW_GID_TOO);
    FieldIndex fields = event.tellingFields();
    return place < 0
        ? UNSET
        : FieldWalk.decimal(fields.valueAddress(place), fields.valueLength(place), UNSET);
  }

  /// Place of its name among the fields of the telling record, -1 when it has none.
  static int takenGroupName(EventView event) {
    return either(event, NEW_GROUP, NEW_GROUP_TOO);
  }

  private static int either(EventView event, int field, int other) {
    int place = event.find(field, true);
    return place >= 0 ? place : event.find(other, true);
  }

  private void target(EventView event, byte[] place) {
    long id = event.decimal(Field.ID, UNSET);
    if (id >= 0 && id < UNSET) {
      json.quoted(ID, id);
    }
    if (text(event, Field.ACCT, NAME, place) || id < 0 || id >= UNSET) {
      return;
    }
    name(event, id, 0, event.accountWord(), place);
  }

  private void account(
      EventView event, Piece key, int field, int kind, long enrichedWord, byte[] place) {
    int mark = json.open(key);
    members(event, field, kind, enrichedWord, place);
    json.close(mark);
  }

  private void members(EventView event, int field, int kind, long enrichedWord, byte[] place) {
    long id = event.decimal(field, -1);
    if (id < 0) {
      return;
    }
    json.quoted(ID, id, event.value(field), event.length(field));
    name(event, id, kind, enrichedWord, place);
  }

  private void name(EventView event, long id, int kind, long enrichedWord, byte[] place) {
    if (event.findEnriched(enrichedWord)) {
      json.text(NAME, place, event.enriched(), event.enrichedLength());
      return;
    }
    int known = id < UNSET ? event.tags().account(kind, id) : -1;
    if (known >= 0) {
      json.text(
          NAME, place, event.tags().accountName(known), event.tags().accountNameLength(known));
    }
  }

  /// Types whose `acct=` or `id=` is the user who comes or goes, or takes another group (newgrp);
  /// `uid=` is the program that let them.
  private static boolean isLogin(int type) {
    return switch (type) {
      case RecordType.USER_AUTH,
          RecordType.GRP_AUTH,
          RecordType.CHGRP_ID,
          RecordType.USER_ACCT,
          RecordType.USER_LOGIN,
          RecordType.USER_LOGOUT,
          RecordType.USER_START,
          RecordType.USER_END,
          RecordType.USER_ERR,
          RecordType.CRED_ACQ,
          RecordType.CRED_REFR,
          RecordType.CRED_DISP,
          RecordType.ANOM_LOGIN_FAILURES,
          RecordType.ANOM_LOGIN_TIME,
          RecordType.ANOM_LOGIN_SESSIONS,
          RecordType.ANOM_LOGIN_ACCT,
          RecordType.ANOM_LOGIN_LOCATION,
          RecordType.ANOM_LOGIN_SERVICE,
          RecordType.ANOM_LOGIN_ROOT ->
          true;
      default -> false;
    };
  }

  /// Types whose `acct=` or `id=` is the account that was changed.
  private static boolean isAccountManagement(int type) {
    return switch (type) {
      case RecordType.USER_CHAUTHTOK,
          RecordType.USER_MGMT,
          RecordType.ADD_USER,
          RecordType.DEL_USER,
          RecordType.ACCT_LOCK,
          RecordType.ACCT_UNLOCK,
          RecordType.CHUSER_ID,
          RecordType.USER_ROLE_CHANGE,
          RecordType.ROLE_ASSIGN,
          RecordType.ROLE_REMOVE,
          RecordType.ANOM_ADD_ACCT,
          RecordType.ANOM_DEL_ACCT,
          RecordType.ANOM_MOD_ACCT,
          RecordType.RESP_ACCT_REMOTE,
          RecordType.RESP_ACCT_LOCK,
          RecordType.RESP_ACCT_LOCK_TIMED,
          RecordType.RESP_ACCT_UNLOCK_TIMED ->
          true;
      default -> false;
    };
  }

  /// Types whose `grp=`, or else `acct=` and `id=`, is the group that was changed.
  private static boolean isGroupManagement(int type) {
    return switch (type) {
      case RecordType.ADD_GROUP,
          RecordType.DEL_GROUP,
          RecordType.GRP_MGMT,
          RecordType.GRP_CHAUTHTOK ->
          true;
      default -> false;
    };
  }

  // ---- service

  private void service(EventView event) {
    int service = json.open(SERVICE);
    text(event, Field.UNIT, NAME, SERVICE_PLACE);
    json.close(service);
  }
}
