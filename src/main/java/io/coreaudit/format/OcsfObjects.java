package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.event.EventKind;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Writes the objects that each class of OCSF has: who did it, and to what.
final class OcsfObjects {
  private static final Piece ACTOR = key("actor");
  private static final Piece SESSION = key("session");
  private static final Piece APP_NAME = key("app_name");
  private static final Piece KERNEL_APP = Piece.of("\"app_name\":\"kernel\",");
  private static final Piece OWN_ACTOR =
      Piece.of("\"log_name\":\"coreaudit\",\"actor\":{\"app_name\":\"coreaudit\"},");
  private static final Piece AUDIT_LOG = Piece.of("\"log_name\":\"audit\",");
  private static final Piece KERNEL = key("kernel");
  private static final Piece OF_CALL = Piece.of("\"type_id\":2,\"type\":\"System Call\",");
  private static final Piece OF_RECORD = Piece.of("\"type_id\":99,\"type\":\"Record\",");
  private static final Piece DRIVER = key("driver");
  private static final Piece FILE = key("file");
  private static final Piece UNKNOWN_TYPE = Piece.of("\"type_id\":0,");
  private static final Piece SERVICE = key("service");
  private static final Piece PRIVILEGES = key("privileges");
  private static final Piece GROUP = key("group");
  private static final Piece APP = key("app");
  private static final Piece DESTINATION = Piece.of("\"dst_endpoint\":{\"hostname\":\"");
  private static final Piece DESTINATION_END = Piece.of("\"},");
  private static final Piece FINDING = Piece.of("\"finding_info\":{\"uid\":\"");
  private static final Piece TITLE = Piece.of("\",\"title\":\"");
  private static final Piece EVIDENCES = Piece.of("\"},\"evidences\":[{\"data\":{\"type\":\"");
  private static final Piece EVIDENCE = Piece.of("\"},");
  private static final Piece PID = key("pid");
  private static final Piece SYSTEM_CALL = key("system_call");
  private static final Piece SUID = key("suid");
  private static final Piece FSUID = key("fsuid");
  private static final Piece SGID = key("sgid");
  private static final Piece FSGID = key("fsgid");
  private static final Piece LOGIN_USER = key("login_user");
  private static final Piece UNIT = key("unit");
  private static final byte[] NONE = EventAction.bytes("-");

  private static final byte[] APP_PLACE = EventAction.bytes("app.name");
  private static final byte[] ACTOR_PLACE = EventAction.bytes("actor.app_name");
  private static final byte[] DRIVER_PLACE = EventAction.bytes("driver.file.name");
  private static final byte[] TARGET_PLACE = EventAction.bytes("process.name");
  private static final byte[] PRIVILEGE_PLACE = EventAction.bytes("privileges");
  private static final byte[] GROUP_PLACE = EventAction.bytes("group.name");
  private static final byte[] SERVICE_PLACE = EventAction.bytes("service.name");
  private static final byte[] LOGIN_PLACE = EventAction.bytes("unmapped.login_user.name");
  private static final byte[] MEMBER_PLACE = EventAction.bytes("user.name");
  private static final byte[] UNIT_PLACE = EventAction.bytes("unmapped.unit");
  private static final byte[] NODE_PLACE = EventAction.bytes("dst_endpoint.hostname");

  private static final long AUID_WORD = RecordFlyweight.word("AUID");
  private static final long ID_WORD = RecordFlyweight.word("ID");
  private static final int MODULE = Field.NAME;
  private static final int TARGET_PID = Field.number("opid");
  private static final int TARGET_NAME = Field.number("ocomm");
  private static final int SOFTWARE = Field.number("sw");
  private static final int MACHINE = Field.number("vm");
  private static final long UNSET = 0xffffffffL;
  private static final int LAUNCH = 1;
  private static final int ASSIGN_GROUPS = 2;

  private final JsonWriter json;
  private final Value value;
  private final OcsfActor actor;
  private final OcsfFile file;
  private final OcsfNetwork network;
  private final FieldIndex detail = new FieldIndex();
  private FieldIndex fields;

  OcsfObjects(JsonWriter json, Value value, OcsfActor actor, OcsfFile file, OcsfNetwork network) {
    this.json = json;
    this.value = value;
    this.actor = actor;
    this.file = file;
    this.network = network;
  }

  /// The activity, or that of a call where the event lacks what its class must have.
  ///
  /// @param named whether there is a file
  OcsfActivity fitting(OcsfActivity activity, EventView event, boolean named) {
    boolean fits =
        switch (activity.type) {
          case FILE -> named;
          case EXTENSION -> named || hasModule(event);
          case MEMORY -> OcsfActor.hasProcess(event);
          case PROCESS ->
              OcsfActor.hasProcess(event)
                  && (!OcsfActivities.isToAnother(activity) || target(event) >= 0);
          case NETWORK -> network.isKnown();
          case SESSION -> activity.id != ASSIGN_GROUPS || EcsSubject.isOfTakenGroup(event);
          case KERNEL -> !event.callTells();
          default -> true;
        };
    return fits ? activity : OcsfActivities.INVOKED;
  }

  /// Whether the process of an event is not the one launched: a program that says what it runs
  /// (sudo), or a call that failed.
  private static boolean isLaunchOfAnother(
      OcsfActivity activity, EventView event, EventMeaning meaning) {
    return isLaunch(activity) && (event.has(Field.CMD) || meaning.callFailed());
  }

  private static boolean isLaunch(OcsfActivity activity) {
    return activity.type == OcsfClass.PROCESS && activity.id == LAUNCH;
  }

  /// Whether the file of an event has a place among the objects of its class.
  boolean hasFile(OcsfActivity activity, EventView event, EventMeaning meaning) {
    return switch (activity.type) {
      case FILE, FINDING -> true;
      case PROCESS -> isLaunchOfAnother(activity, event, meaning);
      case EXTENSION -> !hasModule(event);
      default -> false;
    };
  }

  /// Writes who did it and the objects of the class.
  void write(
      OcsfActivity activity, EventView event, EventMeaning meaning, boolean named, Stamps stamps) {
    boolean other = isLaunchOfAnother(activity, event, meaning);
    boolean launched = isLaunch(activity) && !other;
    actor(event, launched, other);
    switch (activity.type) {
      case FILE -> {
        file.write(event);
        file.writeResult(event);
      }
      case EXTENSION -> driver(event, named);
      case KERNEL -> kernel(event, meaning);
      case PROCESS -> {
        if (launched) {
          actor.process(event);
        } else if (other) {
          actor.launched(event, named ? file : null);
        } else {
          writeTarget(event);
        }
      }
      case MEMORY -> actor.processName(event);
      case LOG -> json.out().put(AUDIT_LOG);
      case ACCOUNT -> userOf(event, activity);
      case AUTHENTICATION -> {
        userOf(event, activity);
        service(event);
        node(event);
        session(event);
      }
      case SESSION -> {
        userOf(event, activity);
        rights(event, meaning);
        session(event);
      }
      case GROUP -> group(event);
      case LIFECYCLE -> app(event, meaning);
      case FINDING -> finding(event, meaning, named, stamps);
      case NETWORK, BASE -> {
        // nothing that others have not
      }
    }
    ends(activity.type.hasSource, activity.type.hasDestination);
  }

  private void ends(boolean source, boolean destination) {
    if (source) {
      network.source();
    }
    if (destination) {
      network.destination();
    }
  }

  // ---- who

  private void actor(EventView event, boolean launched, boolean launcher) {
    int mark = json.open(ACTOR);
    int begin = json.out().length();
    if (launched) {
      if (OcsfActor.hasParent(event)) {
        actor.parent(event, OcsfActor.PROCESS, false);
      }
    } else if (launcher) {
      actor.launcher(event);
    } else if (OcsfActor.hasProcess(event)) {
      actor.process(event);
    }
    actor.user(event);
    session(event);
    if (!OcsfActor.hasProcess(event) && !actor.text(event, Field.EXE, APP_NAME, ACTOR_PLACE)) {
      actor.text(event, Field.COMM, APP_NAME, ACTOR_PLACE);
    }
    if (json.out().length() == begin) {
      json.out().put(KERNEL_APP);
    }
    json.close(mark);
  }

  private void session(EventView event) {
    if (EcsCall.hasSession(event)) {
      int session = json.open(SESSION);
      json.quoted(OcsfActor.UID, event.decimal(Field.SES, -1));
      json.close(session);
    }
  }

  // The account that the record names, else who is logged in; never who the program runs as that
  // wrote it. Whose account is changed, only a change of the session's own role tells so.
  private void userOf(EventView event, OcsfActivity activity) {
    if (actor.account(event)) {
      return;
    }
    int user = json.open(OcsfActor.USER);
    int begin = json.out().length();
    if (activity.type != OcsfClass.ACCOUNT || event.tellingType() == RecordType.USER_ROLE_CHANGE) {
      loggedIn(event, MEMBER_PLACE);
    }
    nobody(begin);
    json.close(user);
  }

  private void loggedIn(EventView event, byte[] place) {
    long id = event.decimal(Field.AUID, -1);
    if (id >= 0 && id < UNSET) {
      json.quoted(OcsfActor.UID, id);
      actor.name(event, id, 0, AUID_WORD, place);
    }
  }

  // ---- what

  // The process that was done something to, where a record names it; else the one that did it.
  private void writeTarget(EventView event) {
    long number = target(event);
    if (number < 0) {
      actor.processName(event);
      return;
    }
    int process = json.open(OcsfActor.PROCESS);
    json.number(PID, number);
    if (decode(find(TARGET_NAME))) {
      json.text(OcsfActor.NAME, TARGET_PLACE, value.address(), value.length());
    }
    json.close(process);
  }

  // The number of that process, negative where no record tells it.
  private long target(EventView event) {
    readDetail(event);
    int pid = find(TARGET_PID);
    return pid < 0 ? -1 : FieldWalk.decimal(fields.valueAddress(pid), fields.valueLength(pid), -1);
  }

  private void kernel(EventView event, EventMeaning meaning) {
    int kernel = json.open(KERNEL);
    byte[] call = event.callTells() ? EcsCall.name(event, meaning) : null;
    if (call != null) {
      json.plain(OcsfActor.NAME, call);
      json.plain(SYSTEM_CALL, call);
      json.out().put(OF_CALL);
    } else {
      byte[] type = RecordActions.name(event.tellingType());
      json.plain(OcsfActor.NAME, type == null ? NONE : type);
      json.out().put(OF_RECORD);
    }
    json.close(kernel);
  }

  private boolean hasModule(EventView event) {
    readDetail(event);
    return decode(find(MODULE));
  }

  private void driver(EventView event, boolean named) {
    int driver = json.open(DRIVER);
    readDetail(event);
    if (decode(find(MODULE))) {
      int of = json.open(FILE);
      json.text(OcsfActor.NAME, DRIVER_PLACE, value.address(), value.length());
      json.out().put(UNKNOWN_TYPE);
      json.close(of);
    } else if (named) {
      file.write(event);
    }
    json.close(driver);
  }

  private void service(EventView event) {
    int service = json.open(SERVICE);
    actor.text(event, Field.EXE, OcsfActor.NAME, SERVICE_PLACE);
    json.close(service);
  }

  private void node(EventView event) {
    json.out().put(DESTINATION);
    if (event.tags().nodeLength() > 0) {
      json.member(NODE_PLACE, 0, 0, event.tags().node(), event.tags().nodeLength());
    } else {
      json.out().put(NONE);
    }
    json.out().put(DESTINATION_END);
  }

  private void rights(EventView event, EventMeaning meaning) {
    if (EcsSubject.isOfTakenGroup(event)) {
      takenGroup(event);
      return;
    }
    int array = json.openArray(PRIVILEGES);
    json.out().put('"');
    if (event.has(Field.OP)
        && value.decode(event.value(Field.OP), event.length(Field.OP), false)
        && value.length() > 0) {
      json.element(PRIVILEGE_PLACE, 0, value.address(), value.length());
    } else {
      json.out().put(meaning.action().action);
    }
    json.out().put('"', ',');
    json.closeArray(array);
  }

  private void takenGroup(EventView event) {
    int group = json.open(GROUP);
    int begin = json.out().length();
    long id = EcsSubject.takenGroupId(event);
    if (id >= 0 && id < UNSET) {
      json.quoted(OcsfActor.UID, id);
    }
    int place = EcsSubject.takenGroupName(event);
    FieldIndex told = event.tellingFields();
    if (place >= 0 && value.decode(told.valueAddress(place), told.valueLength(place), true)) {
      json.text(OcsfActor.NAME, GROUP_PLACE, value.address(), value.length());
    }
    nobody(begin);
    json.close(group);
  }

  private void group(EventView event) {
    int group = json.open(GROUP);
    int begin = json.out().length();
    long id = event.decimal(Field.ID, UNSET);
    boolean ofUser = event.tellingType() == RecordType.USER_MGMT;
    boolean hasId = !ofUser && id >= 0 && id < UNSET;
    if (hasId) {
      json.quoted(OcsfActor.UID, id);
    }
    int name = event.has(Field.GRP) ? Field.GRP : Field.ACCT;
    if (!actor.text(event, name, OcsfActor.NAME, GROUP_PLACE) && hasId) {
      actor.name(event, id, 1, ID_WORD, GROUP_PLACE);
    }
    nobody(begin);
    json.close(group);
    if (event.has(Field.GRP) && event.has(Field.ACCT)) {
      int user = json.open(OcsfActor.USER);
      actor.text(event, Field.ACCT, OcsfActor.NAME, MEMBER_PLACE);
      json.close(user);
    }
  }

  private void nobody(int begin) {
    if (json.out().length() == begin) {
      json.plain(OcsfActor.NAME, NONE);
    }
  }

  // A unit, a package, a machine; where none is named the program that says it.
  private void app(EventView event, EventMeaning meaning) {
    int app = json.open(APP);
    FieldIndex told = event.tellingFields();
    int named = event.callTells() ? -1 : event.find(SOFTWARE, true);
    named = named >= 0 || event.callTells() ? named : event.find(MACHINE, true);
    boolean written = actor.text(event, Field.UNIT, OcsfActor.NAME, APP_PLACE);
    if (!written
        && named >= 0
        && value.decode(told.valueAddress(named), told.valueLength(named), true)) {
      json.text(OcsfActor.NAME, APP_PLACE, value.address(), value.length());
      written = true;
    }
    if (!written && !actor.text(event, Field.COMM, OcsfActor.NAME, APP_PLACE)) {
      json.plain(OcsfActor.NAME, meaning.action().action);
    }
    json.close(app);
  }

  private void finding(EventView event, EventMeaning meaning, boolean named, Stamps stamps) {
    ByteOutput out = json.out();
    out.put(FINDING);
    if (event.tags().nodeLength() > 0) {
      json.append(event.tags().node(), event.tags().nodeLength());
    } else {
      out.put(NONE);
    }
    out.put(':');
    stamps.appendId(out, event.frame(), EventKind.AUDIT);
    out.put(TITLE);
    out.put(meaning.action().name);
    out.put(EVIDENCES);
    byte[] type = RecordActions.name(event.tellingType());
    out.put(type == null ? NONE : type);
    out.put(EVIDENCE);
    if (OcsfActor.hasProcess(event)) {
      actor.processName(event);
    }
    if (named) {
      file.write(event);
    }
    network.source();
    network.destination();
    out.array()[out.length() - 1] = '}';
    out.put(']', ',');
  }

  /// Writes what no object of the class has: ends, who logged in, and the other identities of the
  /// process.
  void rest(EventView event, OcsfActivity activity) {
    if (activity.type != OcsfClass.FINDING) {
      ends(!activity.type.hasSource, !activity.type.hasDestination);
    }
    if (!OcsfActor.hasProcess(event)) {
      actor.process(event);
    }
    int user = json.open(LOGIN_USER);
    loggedIn(event, LOGIN_PLACE);
    json.close(user);
    other(event, Field.SUID, Field.EUID, SUID);
    other(event, Field.FSUID, Field.EUID, FSUID);
    other(event, Field.SGID, Field.EGID, SGID);
    other(event, Field.FSGID, Field.EGID, FSGID);
    actor.text(event, Field.UNIT, UNIT, UNIT_PLACE);
  }

  private void other(EventView event, int field, int from, Piece key) {
    long id = event.decimal(field, -1);
    if (id >= 0 && id != event.decimal(from, -1)) {
      json.number(key, id);
    }
  }

  /// Writes who tells of the agent itself.
  void ownLog() {
    json.out().put(OWN_ACTOR);
  }

  // ---- the record beside the call

  private void readDetail(EventView event) {
    if (event.callTells() && event.detailText() != 0) {
      detail.read(event.detailText(), event.detailLength(), event.isDetailFromKernel());
      fields = detail;
    } else {
      fields = event.callTells() || event.tellingText() == 0 ? null : event.tellingFields();
    }
  }

  private int find(int field) {
    if (fields == null) {
      return -1;
    }
    int kernels = Math.min(fields.count(), fields.claims());
    for (int i = 0; i < kernels; i++) {
      if (Field.of(fields.nameWord(i), fields.nameAddress(i), fields.nameLength(i)) == field
          && fields.valueLength(i) > 0) {
        return i;
      }
    }
    return -1;
  }

  private boolean decode(int place) {
    return place >= 0
        && value.decode(fields.valueAddress(place), fields.valueLength(place), true)
        && value.length() > 0;
  }
}
