package io.coreaudit.event;

import io.coreaudit.record.CallFields;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.ring.RecordDescriptor;

/// One event, complete: its stamp, how it ended, its records where they lie in the ring.
///
/// Good until the handler returns; the object is used again. Walk over the records, in the order
/// they came: `rewind(); while (next()) ...`.
public final class AssembledEvent {
  /// The value of `repeat` for an event that may be a further one: nobody remembers.
  public static final int REPEAT_UNKNOWN = 0xffff;

  long stampSeconds;
  int stampMillis;
  long serial;
  long node;
  int nodeLength;
  int repeat;
  int flags;
  int recordCount;
  long receiveTimeNs;

  long firstRecord;
  long lastRecord;
  long head;
  boolean needsHead;
  CallFields call;
  int paths;
  boolean syscall;
  boolean ioUring;
  boolean ended;

  // Kept by EventTable.
  long hash;
  long nodeHash;
  long lastRecordNs;
  AssembledEvent older;
  AssembledEvent newer;
  AssembledEvent idler;
  AssembledEvent busier;

  private long current;
  private long following;
  private int place;

  AssembledEvent() {}

  /// The stamp's seconds of the epoch.
  public long stampSeconds() {
    return stampSeconds;
  }

  /// The stamp's milliseconds.
  public int stampMillis() {
    return stampMillis;
  }

  /// The stamp's serial, unsigned.
  public long serial() {
    return serial;
  }

  /// n for the n-th further event of the same stamp and node, 0 for the first, `REPEAT_UNKNOWN`
  /// when it may be a further one of a stamp that is forgotten, or n would be as large.
  public int repeat() {
    return repeat;
  }

  /// How the event ended, `EventFlags`.
  public int flags() {
    return flags;
  }

  /// When its first record was received, nanoseconds of the epoch.
  public long receiveTimeNs() {
    return receiveTimeNs;
  }

  /// Number of records.
  public int recordCount() {
    return recordCount;
  }

  /// Where the name of the node begins that the lines named; 0 when they named none.
  public long nodeAddress() {
    return node;
  }

  /// Length of the node's name.
  public int nodeLength() {
    return nodeLength;
  }

  /// The SYSCALL or URINGOP record in the ring (`RecordDescriptor`), 0 when there is none.
  public long headRecord() {
    return head;
  }

  /// The fields of that record; of no meaning when there is none.
  public CallFields call() {
    return call;
  }

  /// What the handler noted of it when it began.
  public int place() {
    return place;
  }

  /// Notes something of it for the handler, until it is complete.
  public void place(int note) {
    place = note;
  }

  /// Starts the walk over the records.
  public void rewind() {
    following = firstRecord;
  }

  /// Moves to the next record; false at the end.
  public boolean next() {
    current = following;
    if (current == 0) {
      return false;
    }
    following = RecordDescriptor.next(current);
    return true;
  }

  /// Has a flyweight walk the fields of the record that `next` moved to.
  public void fields(RecordFlyweight record) {
    if (prefixLength() > 0) {
      record.wrap(textAddress(), textLength());
    } else {
      record.wrapKernel(textAddress(), textLength());
    }
    record.rewind();
  }

  /// The record's address in the ring, for `RecordDescriptor`.
  public long record() {
    return current;
  }

  /// The record's type, -1 for a name that has no number.
  public int type() {
    return RecordDescriptor.type(current);
  }

  /// Where the record's prefix begins.
  public long prefixAddress() {
    return RecordDescriptor.prefixAddress(current);
  }

  /// Length of the prefix, 0 for a record from netlink.
  public int prefixLength() {
    return RecordDescriptor.prefixLength(current);
  }

  /// Where the record's text begins.
  public long textAddress() {
    return RecordDescriptor.textAddress(current);
  }

  /// Length of the text.
  public int textLength() {
    return RecordDescriptor.textLength(current);
  }

  void start(long receivedNs) {
    receiveTimeNs = receivedNs;
    repeat = 0;
    flags = 0;
    recordCount = 0;
    firstRecord = 0;
    lastRecord = 0;
    head = 0;
    needsHead = false;
    paths = 0;
    syscall = false;
    ioUring = false;
    ended = false;
  }

  void append(long record, int type) {
    if (lastRecord == 0) {
      firstRecord = record;
    } else {
      RecordDescriptor.next(lastRecord, record);
    }
    lastRecord = record;
    recordCount++;
  }
}
