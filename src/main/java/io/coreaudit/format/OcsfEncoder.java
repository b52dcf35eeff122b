package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;

/// Writes events as JSON in the classes of the Open Cybersecurity Schema Framework 1.7, one object
/// a line.
///
/// What an event is and with what outcome is what it is in ECS; `OcsfActivities` has the class of
/// each action. An event that lacks the object that its class must have is one of the kernel's, of
/// class 1003. What the schema has no attribute for stands in `unmapped`, in the names of
/// `coreaudit.*` of ECS; `src/docs/ocsf.md` lists the members, in their order. Bounded as
/// `EcsEncoder`; allocates nothing once its buffers have met the longest event and its table each
/// action. For one thread.
public final class OcsfEncoder implements EventEncoder {
  private static final Piece TIME = key("time");
  private static final Piece[] STATUSES = {
    status(0, "Unknown"), status(1, "Success"), status(2, "Failure")
  };
  private static final Piece NEW = status(1, "New");
  private static final Piece[] STATUS_DETAILS = {
    Piece.NONE,
    Piece.of("\"status_detail\":\"Success\","),
    Piece.of("\"status_detail\":\"Failure\",")
  };
  private static final Piece STATUS_CODE = key("status_code");
  private static final Piece MESSAGE = key("message");
  private static final Piece METADATA = Piece.of("\"metadata\":{\"version\":\"1.7.0\",\"uid\":\"");
  private static final Piece SEQUENCE = Piece.of("\",\"sequence\":");
  private static final Piece EVENT_CODE = Piece.of(",\"event_code\":\"");
  private static final Piece ORIGINAL_TIME = Piece.of("\",\"original_time\":\"");
  private static final Piece LOGGED_TIME = Piece.of(",\"logged_time\":");
  private static final Piece AUDIT_LOG =
      Piece.of(",\"log_name\":\"audit\",\"log_provider\":\"Linux Audit\",");
  private static final Piece OWN_LOG =
      Piece.of(",\"log_name\":\"coreaudit\",\"log_provider\":\"coreaudit\",");
  private static final Piece LABELS = key("labels");
  private static final byte[] LABELS_PLACE = EventAction.bytes("metadata.labels");
  private static final Piece PROFILES = Piece.of(",\"profiles\":[\"host\"");
  private static final Piece CONTAINER_PROFILE = Piece.of(",\"container\"");
  private static final Piece CONTROL_PROFILE = Piece.of(",\"security_control\"");
  private static final Piece USERS_PROFILE = Piece.of(",\"linux/linux_users\"");
  private static final Piece PROFILES_END = Piece.of("]},");
  private static final Piece DEVICE = Piece.of("\"device\":{\"hostname\":\"");
  private static final Piece DEVICE_END =
      Piece.of("\",\"type_id\":1,\"os\":{\"name\":\"Linux\",\"type_id\":200}},");
  private static final byte[] DEVICE_PLACE = EventAction.bytes("device.hostname");
  private static final Piece RAW_DATA = Piece.of("\"raw_data\":\"");
  private static final byte[] RAW_PLACE = EventAction.bytes("raw_data");
  private static final Piece UNMAPPED = key("unmapped");
  private static final Piece TRUNCATED = Piece.of("\"truncated\":true,");
  private static final Piece BYTES = key("bytes");

  private static final int RAW_BYTES = 768 << 10;
  private static final int ALL_BYTES = 1 << 20;

  private final boolean withRaw;
  private final Piece product;
  private final EventView event = new EventView();
  private final EventMeaning meaning = new EventMeaning(event);
  private final JsonWriter json = new JsonWriter();
  private final Value value = new Value();
  private final OcsfActivities activities = new OcsfActivities();
  private final OcsfActor actor = new OcsfActor(json, value);
  private final OcsfFile file = new OcsfFile(json, value);
  private final OcsfNetwork network = new OcsfNetwork(json);
  private final OcsfObjects objects = new OcsfObjects(json, value, actor, file, network);
  private final OcsfControl control = new OcsfControl();
  private final Scratch rawLine = new Scratch(1024);
  private final EcsData data = new EcsData(json, value);
  private final EcsCall call = new EcsCall(json, value, data);
  private final EcsFile paths = new EcsFile(json, value);
  private final EcsOrigin origin = new EcsOrigin(json);
  private final EcsLabels labels = new EcsLabels(json);
  private final EcsOwn own = new EcsOwn(json);
  private final Stamps stamps = new Stamps();

  /// Creates an encoder.
  ///
  /// @param version of the program
  /// @param withRaw whether each event carries its records as they came, in `raw_data`
  public OcsfEncoder(String version, boolean withRaw) {
    this.withRaw = withRaw;
    String known = version.replaceAll("[^A-Za-z0-9.+_-]", "_");
    product =
        Piece.of(
            "\"product\":{\"name\":\"coreaudit\",\"vendor_name\":\"coreaudit\",\"version\":\""
                + known
                + "\"}");
  }

  private static Piece status(int id, String caption) {
    return Piece.of("\"status_id\":" + id + ",\"status\":\"" + caption + "\",");
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    EventKind kind = frame.kind();
    event.read(frame);
    json.start(out);
    actor.clear();
    if (kind == null || kind == EventKind.AUDIT) {
      audit(frame, out);
    } else {
      own(frame, kind, out);
    }
    json.finish();
  }

  // ---- events of audit

  private void audit(FrameFlyweight frame, ByteOutput out) {
    meaning.read();
    EventAction action = meaning.action();
    OcsfActivity wanted = activities.of(event, meaning);
    boolean named = file.read(event, meaning, OcsfActivities.isRename(wanted));
    network.read(event, meaning.call());
    OcsfActivity activity = objects.fitting(wanted, event, named);
    control.read(activity, event, meaning);
    head(frame, activity, out);
    if (activity.type == OcsfClass.FINDING) {
      out.put(NEW);
      out.put(STATUS_DETAILS[meaning.outcome()]);
    } else {
      out.put(STATUSES[meaning.outcome()]);
    }
    byte[] error = meaning.error();
    if (error != null) {
      json.plain(STATUS_CODE, error);
    }
    if (action != RecordActions.UNKNOWN) {
      json.plain(MESSAGE, action.name);
    }
    metadata(frame, EventKind.AUDIT, action, out);
    call.tags(event, LABELS, LABELS_PLACE);
    out.put(product);
    out.put(PROFILES);
    if (OcsfActor.tellsContainer(event)) {
      out.put(CONTAINER_PROFILE);
    }
    if (control.isTold()) {
      out.put(CONTROL_PROFILE);
    }
    if (OcsfActor.hasProcess(event)) {
      out.put(USERS_PROFILE);
    }
    out.put(PROFILES_END);
    device(out);
    control.write(out);
    objects.write(activity, event, meaning, named, stamps);
    raw(frame);
    int unmapped = json.open(UNMAPPED);
    json.limit(ALL_BYTES);
    call.write(event, meaning);
    objects.rest(event, activity);
    network.local();
    if (named) {
      file.writeRest(event, !objects.hasFile(activity, event, meaning));
    }
    paths.writeAll(event, meaning.call(), meaning.path());
    labels.write(event, meaning.path());
    data.write(event);
    if (!actor.hasContainer()) {
      origin.write(event);
    }
    origin.writeOwn(event);
    if ((frame.flags() & EventFlags.TRUNCATED) != 0 || json.isCut() || event.paths().isCut()) {
      out.put(TRUNCATED);
    }
    json.broken(BYTES);
    json.close(unmapped);
  }

  private void head(FrameFlyweight frame, OcsfActivity activity, ByteOutput out) {
    out.put(activity.head);
    json.number(TIME, Stamps.epochMillis(frame));
    out.put(control.severity());
  }

  private void metadata(FrameFlyweight frame, EventKind kind, EventAction action, ByteOutput out) {
    out.put(METADATA);
    id(frame, kind, out);
    out.put(SEQUENCE);
    out.putDecimal(frame.seq());
    out.put(EVENT_CODE);
    if (action == RecordActions.UNKNOWN) {
      data.lowerCaseType(event);
    } else {
      out.put(action.action);
    }
    out.put(ORIGINAL_TIME);
    stamps.appendTime(out, frame);
    out.put('"');
    if (frame.receiveTimeNs() > 0) { // a log that is decoded was received by somebody else
      out.put(LOGGED_TIME);
      out.putDecimal(frame.receiveTimeNs() / 1_000_000);
    }
    out.put(kind == EventKind.AUDIT ? AUDIT_LOG : OWN_LOG);
  }

  private void id(FrameFlyweight frame, EventKind kind, ByteOutput out) {
    if (event.tags().nodeLength() > 0) {
      json.append(event.tags().node(), event.tags().nodeLength());
    } else {
      out.put('-');
    }
    out.put(':');
    stamps.appendId(out, frame, kind);
  }

  private void device(ByteOutput out) {
    out.put(DEVICE);
    if (event.tags().nodeLength() > 0) {
      json.member(DEVICE_PLACE, 0, 0, event.tags().node(), event.tags().nodeLength());
    } else {
      out.put('-');
    }
    out.put(DEVICE_END);
  }

  // The records as one text, a line each.
  private void raw(FrameFlyweight frame) {
    if (!withRaw) {
      return;
    }
    ByteOutput out = json.out();
    json.limit(RAW_BYTES);
    out.put(RAW_DATA);
    int index = 0;
    frame.rewindRecords();
    while (frame.nextRecord() && json.hasRoom()) {
      if (index > 0) {
        out.put('\\', 'n');
      }
      if (frame.recordPrefixLength() == 0) {
        RecordLine.appendPrefix(out, frame.recordType());
        rawText(index, frame.recordText(), frame.recordTextLength());
      } else {
        // Prefix and text lie one behind the other.
        int length = frame.recordPrefixLength() + frame.recordTextLength();
        rawText(index, frame.recordPrefix(), length);
      }
      index++;
    }
    json.endElements();
    out.put('"', ',');
  }

  // A program that sends a record may have put the end of a line into it, and what looks like a
  // record behind.
  private void rawText(int index, long address, int length) {
    if (RecordLine.blank(address, length, rawLine)) {
      json.element(RAW_PLACE, index, rawLine.address(), rawLine.length());
    } else {
      json.element(RAW_PLACE, index, address, length);
    }
  }

  // ---- events of the agent itself

  private void own(FrameFlyweight frame, EventKind kind, ByteOutput out) {
    EventAction action = OwnEvents.action(kind);
    control.readOwn(event, kind);
    head(frame, activities.of(action), out);
    json.plain(MESSAGE, action.name);
    metadata(frame, kind, action, out);
    out.put(product);
    out.put(PROFILES);
    if (control.isTold()) {
      out.put(CONTROL_PROFILE);
    }
    out.put(PROFILES_END);
    device(out);
    control.write(out);
    objects.ownLog();
    int unmapped = json.open(UNMAPPED);
    json.limit(ALL_BYTES);
    origin.write(event);
    if (event.tellingText() != 0) {
      own.write(
          event.tellingText(), event.tellingLength(), OwnEvents.key(kind), OwnEvents.place(kind));
    }
    if (json.isCut()) {
      out.put(TRUNCATED);
    }
    json.broken(BYTES);
    json.close(unmapped);
  }
}
