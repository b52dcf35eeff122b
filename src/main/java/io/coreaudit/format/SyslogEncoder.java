package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.Confidence;
import io.coreaudit.origin.PodTag;

/// Puts events of another format into syslog messages (RFC 5424), each with its length in front
/// (octet counting, RFC 6587 3.4.1), for that is how TCP and TLS carry them; who carries them in
/// another way takes the length off.
///
/// ```text
/// 512 <110>1 2026-11-22T04:33:09.984Z node-1 coreaudit 412 SYSCALL [coreaudit@32473 id="node-1:1795321989.984:3022" seq="48211" key="etcd" auid="1000" ses="3" pod="app" ns="payments" container="<64 hex>"] {"@timestamp":...
/// ```
///
/// `src/docs/sinks.md` has the elements. What does not fit into `Layout.maxBytes` goes in parts,
/// each a message of its own with `part` and `parts`, or is cut and marked with `cut`. Parts begin
/// at characters of UTF-8. The message is not marked with a BOM: receivers that parse JSON or CEF
/// do not expect one. Allocates nothing once its buffers have met the longest event. For one
/// thread.
public final class SyslogEncoder implements EventEncoder {
  /// How messages look.
  ///
  /// @param facility of every message
  /// @param structuredDataId name of the structured data, `name@<enterprise number>`
  /// @param maxBytes of one message, at least 2048
  /// @param split whether a longer event goes in parts; else it is cut
  /// @param linePerMessage whether each line of an event is a message of its own
  public record Layout(
      SyslogFacility facility,
      String structuredDataId,
      int maxBytes,
      boolean split,
      boolean linePerMessage) {}

  /// By how grave an event is, 0 to 10: informational up to 4, notice, warning, critical.
  private static final int[] SEVERITIES = {6, 6, 6, 6, 6, 5, 5, 4, 4, 2, 2};

  private static final int FOREIGN = 9;
  private static final int WORST = 10;
  private static final int LONGEST_HOST = 255;
  private static final int LONGEST_VALUE = 255;

  /// ` part="9999" parts="9999"`
  private static final int PART_ROOM = 26;

  /// So much of a message is for the type and the text at least.
  private static final int LEAST_ROOM = 512;

  private static final int KEPT_BYTES = 512 << 10;
  private static final long UNSET = 0xffffffffL;
  private static final byte[] APP = EventAction.bytes(" coreaudit ");
  private static final byte[] VERSION = EventAction.bytes(">1 ");

  private final EventEncoder body;
  private final Layout layout;
  private final byte[] processId =
      EventAction.bytes(Long.toString(ProcessHandle.current().pid()) + ' ');
  private final byte[] dataStart;
  private final EventView event = new EventView();
  private final EventMeaning meaning = new EventMeaning(event);
  private final Stamps stamps = new Stamps();
  private final PodFields pod = new PodFields();
  private final Value value = new Value();
  private final ByteOutput head = new ByteOutput(512);
  private final ByteOutput data = new ByteOutput(1024);
  private final ByteOutput type = new ByteOutput(64);
  private ByteOutput text = new ByteOutput(8192);

  /// Creates an encoder.
  ///
  /// @param body writes what the messages carry, one or more whole lines an event
  public SyslogEncoder(EventEncoder body, Layout layout) {
    this.body = body;
    this.layout = layout;
    this.dataStart = EventAction.bytes('[' + layout.structuredDataId() + " id=\"");
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    EventKind known = frame.kind();
    EventKind kind = known == null ? EventKind.AUDIT : known;
    if (text.array().length > KEPT_BYTES) {
      text = new ByteOutput(8192); // one huge event must not stay
    }
    text.clear();
    body.encode(frame, text);
    event.read(frame);
    head(frame, severity(kind));
    data(frame, kind);
    if (layout.linePerMessage()) {
      lines(frame, kind, out);
    } else {
      messageType(kind, event.tellingType());
      message(0, lineEnd(0, text.length()), out);
    }
  }

  private void lines(FrameFlyweight frame, EventKind kind, ByteOutput out) {
    int start = 0;
    int record = 0;
    int records = 0;
    for (int i = 0; i < text.length(); i++) {
      records += text.array()[i] == '\n' ? 1 : 0;
    }
    int common = data.length();
    frame.rewindRecords();
    do { // one line a record
      record++;
      data.truncate(common);
      put(" record=\"", record, data);
      put(" records=\"", records, data);
      messageType(kind, frame.nextRecord() ? frame.recordType() : -1);
      int end = start;
      while (end < text.length() && text.array()[end] != '\n') {
        end++;
      }
      message(start, end, out);
      start = end + 1;
    } while (start < text.length());
  }

  private int lineEnd(int from, int to) {
    return to > from && text.array()[to - 1] == '\n' ? to - 1 : to;
  }

  // ---- what stands before the message

  private int severity(EventKind kind) {
    if (kind != EventKind.AUDIT) {
      return SEVERITIES[OwnEvents.action(kind).severity];
    }
    meaning.read();
    OriginView origin = event.tags().origin();
    boolean foreign = origin.hasSecret() && origin.foreign() == 1;
    int failed = meaning.outcome() == EventMeaning.FAILURE ? 1 : 0;
    int grave = foreign ? FOREIGN : meaning.action().severity + failed;
    return SEVERITIES[Math.min(WORST, grave)];
  }

  private void head(FrameFlyweight frame, int severity) {
    head.clear();
    head.put('<');
    head.putDecimal(layout.facility().ordinal() * 8L + severity);
    head.put(VERSION);
    stamps.appendTime(head, frame);
    head.put(' ');
    int length = Math.min(LONGEST_HOST, event.tags().nodeLength());
    for (int i = 0; i < length; i++) {
      byte b = Memory.byteAt(event.tags().node() + i);
      head.put(b > ' ' && b < 0x7f ? b : '?');
    }
    if (length == 0) {
      head.put('-');
    }
    head.put(APP);
    head.put(processId);
  }

  private void messageType(EventKind kind, int recordType) {
    type.clear();
    if (kind != EventKind.AUDIT) {
      type.put(Stamps.label(kind));
    } else if (recordType < 0) {
      type.put('-');
    } else {
      RecordLine.appendType(type, recordType);
    }
    type.put(' ');
  }

  /// Everything between the brackets, and the first of them.
  private void data(FrameFlyweight frame, EventKind kind) {
    data.clear();
    data.put(dataStart);
    if (event.tags().nodeLength() > 0) {
      text(event.tags().node(), Math.min(LONGEST_HOST, event.tags().nodeLength()));
    } else {
      data.put('-');
    }
    data.put(':');
    stamps.appendId(data, frame, kind);
    data.put('"');
    name(" seq=\"");
    data.putDecimal(frame.seq());
    data.put('"');
    if (layout.linePerMessage()) {
      name(" boot=\""); // for the record says none, and numbers begin anew at each
      Stamps.appendBootId(data, frame.bootIdHigh(), frame.bootIdLow());
      data.put('"');
    }
    int least = data.length();
    if (value.decode(event.value(Field.KEY), event.length(Field.KEY), true)) {
      parameter(" key=\"", value.address(), value.length());
    }
    number(" auid=\"", Field.AUID);
    number(" ses=\"", Field.SES);
    place();
    if (head.length() + data.length() > layout.maxBytes() - LEAST_ROOM) {
      data.truncate(least); // forged names; the event itself goes first
    }
  }

  private void place() {
    OriginView origin = event.tags().origin();
    boolean inside = origin.isInside();
    if (inside) {
      field(" pod=\"", PodTag.POD_NAME);
    }
    if (inside || origin.confidence() == Confidence.NAMESPACE) {
      field(" ns=\"", PodTag.NAMESPACE);
    }
    if (inside) {
      parameter(" container=\"", origin.containerId(), origin.containerIdLength());
    }
  }

  private void field(String name, int field) {
    pod.rewind(event.tags().origin().pod(), event.tags().origin().podLength());
    if (pod.next(field)) {
      parameter(name, pod.text(), pod.length());
    }
  }

  private void number(String name, int field) {
    long number = event.decimal(field, -1);
    if (number >= 0 && number != UNSET) {
      name(name);
      data.putDecimal(number);
      data.put('"');
    }
  }

  private void parameter(String name, long address, int length) {
    if (length > 0) {
      name(name);
      text(address, Math.min(LONGEST_VALUE, length));
      data.put('"');
    }
  }

  private void name(String name) {
    for (int i = 0; i < name.length(); i++) {
      data.put(name.charAt(i));
    }
  }

  /// A value: ASCII, as keys and names are; what else there is becomes a question mark. Several
  /// keys of a rule have a comma between.
  private void text(long address, int length) {
    for (int i = 0; i < length; i++) {
      byte b = Memory.byteAt(address + i);
      if (b == '"' || b == '\\' || b == ']') {
        data.put('\\');
      }
      data.put(b == 1 ? ',' : b >= ' ' && b < 0x7f ? b : '?');
    }
  }

  // ---- messages

  /// Writes a piece of the text as one message, or as many as it needs.
  private void message(int from, int to, ByteOutput out) {
    int fixed = head.length() + type.length() + data.length() + 2; // `] `
    if (fixed + to - from <= layout.maxBytes()) {
      begin(fixed + to - from, out);
      end(from, to, out);
      return;
    }
    int room = layout.maxBytes() - fixed - PART_ROOM;
    if (!layout.split()) {
      int end = partEnd(from, to, room);
      int mark = decimals(to - end) + 7; // ` cut=""`
      begin(fixed + mark + end - from, out);
      put(" cut=\"", to - end, out);
      end(from, end, out);
      return;
    }
    int parts = 0;
    for (int at = from; at < to; at = partEnd(at, to, room)) {
      parts++;
    }
    int part = 0;
    int next;
    for (int at = from; at < to; at = next) {
      part++;
      next = partEnd(at, to, room);
      begin(fixed + 17 + decimals(part) + decimals(parts) + next - at, out);
      put(" part=\"", part, out);
      put(" parts=\"", parts, out);
      end(at, next, out);
    }
  }

  /// Where a part ends that begins at a place: before the first byte of a character.
  private int partEnd(int from, int to, int room) {
    if (to - from <= room) {
      return to;
    }
    int end = from + room;
    while (end > from + room - 4 && (text.array()[end] & 0xc0) == 0x80) {
      end--;
    }
    return end;
  }

  private void begin(int length, ByteOutput out) {
    out.putDecimal(length);
    out.put(' ');
    out.put(head.array(), 0, head.length());
    out.put(type.array(), 0, type.length());
    out.put(data.array(), 0, data.length());
  }

  private void end(int from, int to, ByteOutput out) {
    out.put(']', ' ');
    out.put(text.array(), from, to - from);
  }

  private static void put(String name, int number, ByteOutput out) {
    for (int i = 0; i < name.length(); i++) {
      out.put(name.charAt(i));
    }
    out.putDecimal(number);
    out.put('"');
  }

  private static int decimals(int number) {
    int digits = 1;
    for (int rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
