package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import java.util.Locale;

/// Writes events as auditd writes them: one line a record.
///
/// A record from the kernel gets `type=NAME msg=` in front; one that came as a line keeps what
/// stood there, the part that auditd added included. An event of the agent itself is the line
/// `type=COREAUDIT_GAP msg=audit(<sec>.<ms>:0): <fields>`. Allocates nothing.
public final class RawEncoder implements EventEncoder {
  private static final byte[] STAMP = EventAction.bytes("audit(");
  private static final byte[] NO_SERIAL = EventAction.bytes(":0): ");
  private static final byte[][] OWN_PREFIXES = new byte[EventKind.values().length][];

  static {
    for (EventKind kind : EventKind.values()) {
      OWN_PREFIXES[kind.ordinal()] =
          EventAction.bytes("type=COREAUDIT_" + kind.name().toUpperCase(Locale.ROOT) + " msg=");
    }
  }

  /// Creates an encoder.
  public RawEncoder() {}

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    EventKind kind = frame.kind();
    frame.rewindRecords();
    while (frame.nextRecord()) {
      if (kind != null && kind != EventKind.AUDIT) {
        appendOwnPrefix(frame, out);
      } else if (frame.recordPrefixLength() > 0) {
        RecordLine.appendText(out, frame.recordPrefix(), frame.recordPrefixLength());
      } else {
        RecordLine.appendPrefix(out, frame.recordType());
      }
      RecordLine.appendText(out, frame.recordText(), frame.recordTextLength());
      out.put('\n');
    }
  }

  /// Appends what stands before the text of an event of the agent itself.
  static void appendOwnPrefix(FrameFlyweight frame, ByteOutput out) {
    out.put(OWN_PREFIXES[frame.kind().ordinal()]);
    appendStamp(frame, out);
  }

  private static void appendStamp(FrameFlyweight frame, ByteOutput out) {
    out.put(STAMP);
    out.putDecimal(frame.stampSeconds());
    out.put('.');
    out.putDigits(frame.stampMillis(), 3);
    out.put(NO_SERIAL);
  }
}
