package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import java.io.InputStream;

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
  private static final Piece BOOT = Piece.of(",\"boot\":{\"id\":\"");

  private static final Piece ACTION = key("action");
  private static final Piece[] OUTCOMES = {
    outcome("unknown"), outcome("success"), outcome("failure")
  };
  private static final byte[] NO_NODE = EventAction.bytes("-");

  private static final Piece TAGS = key("tags");
  private static final byte[] TAGS_PLACE = EventAction.bytes("tags");
  private static final Piece COREAUDIT = key("coreaudit");
  private static final Piece SEQ = key("seq");
  private static final Piece ERROR = key("error");
  private static final Piece CODE = key("code");
  private static final Piece TRUNCATED = Piece.of("\"truncated\":true,");
  private static final Piece RAW = key("raw");
  private static final byte[] RAW_PLACE = EventAction.bytes("coreaudit.raw");
  private static final Piece BYTES = key("bytes");

  private static final int WITH_RAW_BYTES = 1 << 20;

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
  private final EcsCall callMembers = new EcsCall(json, value, data);
  private final EcsOwn own = new EcsOwn(json);
  private final Stamps stamps = new Stamps();

  /// Creates an encoder.
  ///
  /// @param withRaw whether each event carries its records as they came, in `coreaudit.raw`
  public EcsEncoder(boolean withRaw) {
    this.withRaw = withRaw;
  }

  /// The index template for events of this format: what Elasticsearch and OpenSearch are to make of
  /// each field.
  public static InputStream indexTemplate() {
    return EcsEncoder.class.getResourceAsStream("index-template.json");
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
    if (event.tags().nodeLength() > 0) {
      json.append(event.tags().node(), event.tags().nodeLength());
    } else {
      out.put(NO_NODE);
    }
  }

  // The end of `event` and the beginning of `host` are written already.
  private void host(FrameFlyweight frame, ByteOutput out) {
    if (event.tags().nodeLength() > 0) {
      json.member(HOST_PLACE, 0, 0, event.tags().node(), event.tags().nodeLength());
    } else {
      out.put(NO_NODE);
    }
    out.put('"');
    if ((frame.bootIdHigh() | frame.bootIdLow()) != 0) { // 0: a log read offline
      out.put(BOOT);
      Stamps.appendBootId(out, frame.bootIdHigh(), frame.bootIdLow());
      out.put('"', '}');
    }
    out.put('}', ',');
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
    host(frame, out);
    callMembers.tags(event, TAGS, TAGS_PLACE);
    error();
    subject.write(event);
    network.write(event, call);
    file.write(event, call, subjectPath);
    origin.write(event);
    int coreaudit = json.open(COREAUDIT);
    json.number(SEQ, frame.seq());
    callMembers.write(event, meaning);
    network.writeLocal();
    file.writeAll(event, call, subjectPath);
    labels.write(event, subjectPath);
    data.write(event);
    origin.writeOwn(event);
    if (withRaw) {
      json.limit(WITH_RAW_BYTES);
      raw(frame, false);
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

  private void error() {
    byte[] name = meaning.error();
    if (name != null) {
      int mark = json.open(ERROR);
      json.plain(CODE, name);
      json.close(mark);
    }
  }

  private void raw(FrameFlyweight frame, boolean own) {
    ByteOutput out = json.out();
    int mark = json.openArray(RAW);
    int index = 0;
    frame.rewindRecords();
    while (frame.nextRecord() && json.hasRoom()) {
      out.put('"');
      if (own || frame.recordPrefixLength() == 0) {
        if (own) {
          RawEncoder.appendOwnPrefix(frame, out);
        } else {
          RecordLine.appendPrefix(out, frame.recordType());
        }
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
    host(frame, out);
    origin.write(event);
    int coreaudit = json.open(COREAUDIT);
    json.number(SEQ, frame.seq());
    if (event.tellingText() != 0) {
      own.write(
          event.tellingText(), event.tellingLength(), OwnEvents.key(kind), OwnEvents.place(kind));
    }
    if (withRaw) {
      json.limit(WITH_RAW_BYTES);
      raw(frame, true);
    }
    if (json.isCut()) {
      out.put(TRUNCATED);
    }
    json.broken(BYTES);
    json.close(coreaudit);
  }
}
