package io.coreaudit.frame;

import static io.coreaudit.frame.FrameDescriptor.*;

import io.coreaudit.event.EventKind;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;

/// Reads a frame where it lies. `FrameDescriptor` draws the layout.
///
/// Records and tags are walked: `rewindRecords(); while (nextRecord()) ...`.
public final class FrameFlyweight {
  private long address;
  private int length;
  private long recordEnd;
  private long nextRecord;
  private long record;
  private long tagEnd;
  private long nextTag;
  private long tag;

  /// Looks at the frame at an address. Whoever wraps has checked it with `FrameCheck`, or trusts
  /// its source.
  public FrameFlyweight wrap(long frameAddress, int lengthBytes) {
    address = frameAddress;
    length = lengthBytes;
    rewindRecords();
    rewindTags();
    return this;
  }

  /// Where the frame begins.
  public long address() {
    return address;
  }

  /// Length of the whole frame in bytes.
  public int length() {
    return length;
  }

  /// Format version.
  public byte version() {
    return Memory.byteAt(address);
  }

  /// What the event is; null when this version does not know the kind.
  public EventKind kind() {
    return EventKind.ofCode(Memory.byteAt(address + KIND));
  }

  /// How the event ended, `EventFlags`.
  public int flags() {
    return Memory.shortAt(address + FLAGS) & 0xffff;
  }

  /// Number of records.
  public int recordCount() {
    return Memory.intAt(address + RECORD_COUNT);
  }

  /// Number of the event among the accepted of its boot.
  public long seq() {
    return Memory.longAt(address + SEQ);
  }

  /// Boot id, the first 8 bytes as a big-endian number.
  public long bootIdHigh() {
    return Long.reverseBytes(Memory.longAt(address + BOOT_ID));
  }

  /// Boot id, the last 8 bytes as a big-endian number.
  public long bootIdLow() {
    return Long.reverseBytes(Memory.longAt(address + BOOT_ID + 8));
  }

  /// The stamp's seconds of the epoch.
  public long stampSeconds() {
    return Memory.longAt(address + STAMP_SECONDS);
  }

  /// The stamp's milliseconds.
  public int stampMillis() {
    return Memory.shortAt(address + STAMP_MILLIS) & 0xffff;
  }

  /// The stamp's serial, unsigned.
  public long serial() {
    return Memory.longAt(address + SERIAL);
  }

  /// n for the n-th further event of the same stamp, 0 for the first.
  public int repeat() {
    return Memory.shortAt(address + REPEAT) & 0xffff;
  }

  /// When the first record was received, nanoseconds of the epoch.
  public long receiveTimeNs() {
    return Memory.longAt(address + RECEIVE_TIME);
  }

  /// Length of the records part in bytes.
  public int recordsLength() {
    return Memory.intAt(address + RECORDS_LENGTH);
  }

  /// Length of the origin part in bytes.
  public int originLength() {
    return Memory.intAt(address + ORIGIN_LENGTH);
  }

  /// Starts the walk over the records again.
  public void rewindRecords() {
    nextRecord = address + HEADER_LENGTH;
    recordEnd = nextRecord + recordsLength();
  }

  /// Moves to the next record; false at the end.
  public boolean nextRecord() {
    if (nextRecord >= recordEnd) {
      return false;
    }
    record = nextRecord;
    nextRecord += RECORD_HEADER_LENGTH + recordPrefixLength() + recordTextLength();
    return true;
  }

  /// The record's type, -1 for a name that has no number.
  public int recordType() {
    return Memory.intAt(record);
  }

  /// Where the record's prefix begins.
  public long recordPrefix() {
    return record + RECORD_HEADER_LENGTH;
  }

  /// Length of the prefix, 0 for a record from netlink.
  public int recordPrefixLength() {
    return Memory.intAt(record + 4);
  }

  /// Where the record's text begins: at `audit(`.
  public long recordText() {
    return record + RECORD_HEADER_LENGTH + recordPrefixLength();
  }

  /// Length of the text.
  public int recordTextLength() {
    return Memory.intAt(record + 8);
  }

  /// Starts a walk over the record's fields.
  public void fields(RecordFlyweight walk) {
    if (recordPrefixLength() > 0) {
      walk.wrap(recordText(), recordTextLength());
    } else {
      walk.wrapKernel(recordText(), recordTextLength());
    }
    walk.rewind();
  }

  /// Has all of the record's fields found.
  public void fields(FieldIndex fields) {
    fields.read(recordText(), recordTextLength(), recordPrefixLength() == 0);
  }

  /// Starts the walk over the tags again.
  public void rewindTags() {
    nextTag = address + HEADER_LENGTH + recordsLength();
    tagEnd = nextTag + originLength();
  }

  /// Moves to the next tag; false at the end.
  public boolean nextTag() {
    if (nextTag >= tagEnd) {
      return false;
    }
    tag = nextTag;
    nextTag += TAG_HEADER_LENGTH + tagLength();
    return true;
  }

  /// The tag's number, `OriginTag`.
  public int tag() {
    return Memory.shortAt(tag) & 0xffff;
  }

  /// Where the tag's value begins.
  public long tagValue() {
    return tag + TAG_HEADER_LENGTH;
  }

  /// Length of the tag's value.
  public int tagLength() {
    return Memory.shortAt(tag + 2) & 0xffff;
  }
}
