package io.coreaudit.ring;

import io.coreaudit.memory.Memory;

/// The layout of one record in the ring, drawn in the package's description.
///
/// A record is named by the address of its slot; that address stays good until `release`.
public final class RecordDescriptor {
  static final int SLOT_LENGTH = 0;
  static final int STATE = 4;
  static final int NEXT = 8;
  static final int TYPE = 16;
  static final int PREFIX_LENGTH = 20;
  static final int TEXT_LENGTH = 24;

  /// Where the prefix begins.
  public static final int HEADER_LENGTH = 32;

  static final int ALIGNMENT = 8;

  static final int STATE_FREE = 0;
  static final int STATE_LIVE = 1;
  static final int STATE_PAD = 2;

  private RecordDescriptor() {}

  /// Bytes that a record takes in the ring.
  public static long slotLength(int prefixLength, int textLength) {
    long bytes = (long) HEADER_LENGTH + prefixLength + textLength;
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /// The record's type number, -1 for a name that has none.
  public static int type(long record) {
    return Memory.intAt(record + TYPE);
  }

  /// Where that begins which stood before the text in a line.
  public static long prefixAddress(long record) {
    return record + HEADER_LENGTH;
  }

  /// Length of the prefix, 0 for a record from netlink.
  public static int prefixLength(long record) {
    return Memory.intAt(record + PREFIX_LENGTH);
  }

  /// Where the text begins: at `audit(`.
  public static long textAddress(long record) {
    return record + HEADER_LENGTH + prefixLength(record);
  }

  /// Length of the text.
  public static int textLength(long record) {
    return Memory.intAt(record + TEXT_LENGTH);
  }

  /// The next record of the same event, 0 at the last.
  public static long next(long record) {
    return Memory.longAt(record + NEXT);
  }

  /// Links a record to the next one of its event.
  public static void next(long record, long nextRecord) {
    Memory.putLong(record + NEXT, nextRecord);
  }
}
