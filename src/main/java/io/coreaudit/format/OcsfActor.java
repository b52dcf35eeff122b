package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.origin.PodTag;
import io.coreaudit.record.RecordFlyweight;

/// Writes who did it, in the objects of OCSF: processes, users, groups, the container.
final class OcsfActor {
  static final Piece PROCESS = key("process");
  private static final Piece PARENT = key("parent_process");
  private static final Piece PID = key("pid");
  static final Piece UID = key("uid");
  static final Piece NAME = key("name");
  private static final Piece FILE = key("file");
  private static final Piece PATH = key("path");
  private static final Piece PROGRAM = Piece.of("\"type_id\":8,");
  private static final Piece COMMAND_LINE = key("cmd_line");
  private static final Piece WORKING_DIRECTORY = key("working_directory");
  static final Piece USER = key("user");
  private static final Piece GROUPS = key("groups");
  private static final Piece AUID = key("auid");
  private static final Piece EUID = key("euid");
  private static final Piece EGID = key("egid");
  private static final Piece CONTAINER = key("container");
  private static final Piece RUNTIME = key("runtime");
  private static final Piece IMAGE = key("image");
  private static final Piece KUBERNETES = Piece.of("\"orchestrator\":\"kubernetes\",");
  private static final Piece POD_UUID = key("pod_uuid");
  private static final Piece TAGS = key("tags");
  private static final Piece LABELS = key("labels");
  private static final Piece NAMESPACE_TAG = Piece.of("\"name\":\"io.kubernetes.pod.namespace\",");
  private static final Piece POD_TAG = Piece.of("\"name\":\"io.kubernetes.pod.name\",");
  private static final Piece POD_UID_TAG = Piece.of("\"name\":\"io.kubernetes.pod.uid\",");
  private static final Piece VALUE = key("value");
  private static final int UUID_LENGTH = 36;

  private static final byte[] NAME_PLACE = EventAction.bytes("process.name");
  private static final byte[] FILE_PLACE = EventAction.bytes("process.file.path");
  private static final byte[] PARENT_NAME_PLACE = EventAction.bytes("process.parent_process.name");
  private static final byte[] PARENT_FILE_PLACE =
      EventAction.bytes("process.parent_process.file.path");
  private static final byte[] COMMAND_PLACE = EventAction.bytes("process.cmd_line");
  private static final byte[] DIRECTORY_PLACE = EventAction.bytes("process.working_directory");
  private static final byte[] USER_PLACE = EventAction.bytes("user.name");
  private static final byte[] ACTOR_PLACE = EventAction.bytes("actor.user.name");
  private static final byte[] GROUP_PLACE = EventAction.bytes("actor.user.groups.name");

  private static final long UID_WORD = RecordFlyweight.word("UID");
  private static final long GID_WORD = RecordFlyweight.word("GID");
  private static final long UNSET = 0xffffffffL;
  private static final int COMMAND_BYTES = 512 << 10;

  private final JsonWriter json;
  private final Value value;
  private final PodFields fields = new PodFields();
  private final CommandLine command = new CommandLine(COMMAND_BYTES);
  private boolean container;

  OcsfActor(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
  }

  /// A new event begins.
  void clear() {
    container = false;
  }

  /// Whether the container was written.
  boolean hasContainer() {
    return container;
  }

  /// Whether it is known which process the event is of.
  static boolean hasProcess(EventView event) {
    return event.decimal(Field.PID, -1) >= 0;
  }

  /// Whether it is known which process is the parent of that one.
  static boolean hasParent(EventView event) {
    return event.decimal(Field.PPID, -1) >= 0;
  }

  /// Whether its process will tell a container.
  static boolean tellsContainer(EventView event) {
    OriginView origin = event.tags().origin();
    return hasProcess(event) && origin.isInside() && origin.containerIdLength() > 0;
  }

  /// Writes the process of the event, with all that is known of it.
  void process(EventView event) {
    process(event, false);
  }

  /// Writes the process of an event that has launched a program, or tried to, and is not it: what
  /// the event tells of the program, `launched` writes.
  void launcher(EventView event) {
    process(event, true);
  }

  /// Writes the program that was or should have been launched by the process of the event.
  ///
  /// @param file the program's; null: the event names none
  void launched(EventView event, OcsfFile file) {
    int process = json.open(PROCESS);
    pid(event, Field.PID, event.tags().origin().process());
    if (file != null) {
      file.write(event);
    }
    if (tellsCommand(event)) {
      commandLine(event);
    }
    text(event, Field.CWD, WORKING_DIRECTORY, DIRECTORY_PLACE);
    json.close(process);
  }

  // PROCTITLE is of the process itself.
  private static boolean tellsCommand(EventView event) {
    return event.hasExecve() || event.has(Field.CMD);
  }

  private void process(EventView event, boolean launcher) {
    int process = json.open(PROCESS);
    pid(event, Field.PID, event.tags().origin().process());
    text(event, Field.COMM, NAME, NAME_PLACE);
    if (value.decode(event.value(Field.EXE), event.length(Field.EXE), Field.isEncoded(Field.EXE))) {
      program(FILE_PLACE, value.address(), value.length());
    }
    if (!launcher || !tellsCommand(event)) {
      commandLine(event);
    }
    if (!launcher) {
      text(event, Field.CWD, WORKING_DIRECTORY, DIRECTORY_PLACE);
    }
    identity(event, Field.AUID, AUID);
    identity(event, Field.EUID, EUID);
    identity(event, Field.EGID, EGID);
    if (hasParent(event)) {
      parent(event, PARENT, true);
    }
    container(event.tags().origin());
    json.close(process);
  }

  private void commandLine(EventView event) {
    if (!text(event, Field.CMD, COMMAND_LINE, COMMAND_PLACE)) {
      command.read(event);
      if (command.length() > 0) {
        json.limit(COMMAND_BYTES);
        json.text(COMMAND_LINE, COMMAND_PLACE, command.address(), command.length());
        json.limit(JsonWriter.TEXT_BYTES);
      }
    }
  }

  /// Writes the number and name of the event's process, as much as tells it from others.
  void processName(EventView event) {
    int process = json.open(PROCESS);
    pid(event, Field.PID, event.tags().origin().process());
    text(event, Field.COMM, NAME, null);
    json.close(process);
  }

  /// Writes the parent of the event's process.
  ///
  /// @param noted whether what is not UTF-8 is noted: once an event
  void parent(EventView event, Piece key, boolean noted) {
    int parent = json.open(key);
    pid(event, Field.PPID, event.tags().origin().parent());
    EventTags tags = event.tags();
    if (tags.parentNameLength() > 0) {
      put(NAME, noted ? PARENT_NAME_PLACE : null, tags.parentName(), tags.parentNameLength());
    }
    if (tags.parentExecutableLength() > 0) {
      program(
          noted ? PARENT_FILE_PLACE : null, tags.parentExecutable(), tags.parentExecutableLength());
    }
    json.close(parent);
  }

  private void pid(EventView event, int field, long identity) {
    long pid = event.decimal(field, -1);
    if (pid >= 0) {
      json.number(PID, pid, event.value(field), event.length(field));
      EcsSubject.entityId(json, UID, event, pid, identity);
    }
  }

  private void program(byte[] place, long address, int length) {
    if (length == 0) {
      return;
    }
    int file = json.open(FILE);
    long base = OcsfFile.lastPart(address, length);
    json.plainOrEscaped(NAME, base, (int) (address + length - base));
    put(PATH, place, address, length);
    json.out().put(PROGRAM);
    json.close(file);
  }

  private void identity(EventView event, int field, Piece key) {
    long id = event.decimal(field, -1);
    if (id >= 0 && id < UNSET) {
      json.number(key, id);
    }
  }

  private void put(Piece key, byte[] place, long address, int length) {
    if (place == null) {
      json.plainOrEscaped(key, address, length);
    } else {
      json.text(key, place, address, length);
    }
  }

  /// Writes text of a field; false: there is none.
  ///
  /// @param place name under which it is noted when it is not UTF-8; null: it is noted elsewhere
  boolean text(EventView event, int field, Piece key, byte[] place) {
    if (!event.has(field)
        || !value.decode(event.value(field), event.length(field), Field.isEncoded(field))) {
      return false;
    }
    put(key, place, value.address(), value.length());
    return true;
  }

  // ---- users

  /// Writes the user whose process it is.
  void user(EventView event) {
    int user = json.open(USER);
    long id = event.decimal(Field.UID, -1);
    if (id >= 0) {
      json.quoted(UID, id);
      name(event, id, 0, UID_WORD, ACTOR_PLACE);
      group(event);
    }
    json.close(user);
  }

  private void group(EventView event) {
    long id = event.decimal(Field.GID, -1);
    if (id < 0 || id >= UNSET) {
      return;
    }
    int groups = json.openArray(GROUPS);
    int group = json.openElement();
    json.quoted(UID, id);
    name(event, id, 1, GID_WORD, GROUP_PLACE);
    json.close(group);
    json.closeArray(groups);
  }

  /// Writes the account that comes, goes or was changed; false: the event names none.
  boolean account(EventView event) {
    long id = event.decimal(Field.ID, UNSET);
    boolean hasId = id >= 0 && id < UNSET;
    int before = json.out().length();
    int user = json.open(USER);
    if (hasId) {
      json.quoted(UID, id);
    }
    if (!text(event, Field.ACCT, NAME, USER_PLACE) && hasId) {
      name(event, id, 0, event.accountWord(), USER_PLACE);
    }
    json.close(user);
    return json.out().length() > before;
  }

  /// Writes the name of an account that a number has, if anybody knows it.
  void name(EventView event, long id, int kind, long enriched, byte[] place) {
    if (event.findEnriched(enriched)) {
      put(NAME, place, event.enriched(), event.enrichedLength());
      return;
    }
    int known = id < UNSET ? event.tags().account(kind, id) : -1;
    if (known >= 0) {
      EventTags tags = event.tags();
      put(NAME, place, tags.accountName(known), tags.accountNameLength(known));
    }
  }

  // ---- container

  private void container(OriginView origin) {
    if (!origin.isInside() || origin.containerIdLength() == 0) {
      return; // of a pod, and nobody knows of which container
    }
    int mark = json.open(CONTAINER);
    json.plainOrEscaped(UID, origin.containerId(), origin.containerIdLength());
    first(origin, PodTag.CONTAINER_NAME, NAME);
    image(origin);
    byte[] runtime = EcsOrigin.runtime(origin.runtime());
    if (runtime != null) {
      json.plain(RUNTIME, runtime);
    }
    if (origin.podUidLength() > 0) {
      pod(origin);
    }
    json.close(mark);
    container = true;
  }

  private void image(OriginView origin) {
    int mark = json.open(IMAGE);
    boolean digest = first(origin, PodTag.IMAGE_DIGEST, UID);
    if (digest || first(origin, PodTag.IMAGE, UID)) {
      first(origin, PodTag.IMAGE, NAME);
    }
    json.close(mark);
  }

  private void pod(OriginView origin) {
    json.out().put(KUBERNETES);
    boolean isUuid = origin.podUidLength() == UUID_LENGTH;
    if (isUuid) {
      json.plainOrEscaped(POD_UUID, origin.podUid(), origin.podUidLength());
    }
    int tags = json.openArray(TAGS);
    tag(origin, PodTag.NAMESPACE, NAMESPACE_TAG);
    tag(origin, PodTag.POD_NAME, POD_TAG);
    if (!isUuid) { // of a static pod
      int tag = json.openElement();
      json.out().put(POD_UID_TAG);
      json.plainOrEscaped(VALUE, origin.podUid(), origin.podUidLength());
      json.close(tag);
    }
    json.closeArray(tags);
    int labels = json.openArray(LABELS);
    fields.rewind(origin.pod(), origin.podLength());
    while (fields.next(PodTag.LABEL) && json.hasRoom()) {
      json.out().put('"');
      json.append(fields.text(), fields.length());
      json.out().put('"', ',');
    }
    json.closeArray(labels);
  }

  private boolean first(OriginView origin, int field, Piece key) {
    fields.rewind(origin.pod(), origin.podLength());
    if (!fields.next(field)) {
      return false;
    }
    json.plainOrEscaped(key, fields.text(), fields.length());
    return true;
  }

  private void tag(OriginView origin, int field, Piece name) {
    fields.rewind(origin.pod(), origin.podLength());
    if (fields.next(field)) {
      int tag = json.openElement();
      json.out().put(name);
      json.plainOrEscaped(VALUE, fields.text(), fields.length());
      json.close(tag);
    }
  }
}
