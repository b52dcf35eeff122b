package io.coreaudit.frame;

import static io.coreaudit.frame.FrameDescriptor.*;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventKind;
import io.coreaudit.memory.Memory;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Writes one frame at a time into a block of memory. Allocates nothing after construction.
///
/// `begin`, then every `record`, then every tag, then `finish`. A record or tag that does not fit
/// is left out and told by `false`; so is a record after a tag.
public final class FrameWriter {
  private final long block;
  private final int capacity;
  private final ByteBuffer view;
  private final CRC32C crc = new CRC32C();
  private int position;
  private int recordCount;
  private int recordsEnd;

  /// Creates a writer over a block of memory that the caller owns.
  public FrameWriter(long address, int capacityBytes) {
    this.block = address;
    this.capacity = capacityBytes;
    this.view = Memory.view(address, capacityBytes);
  }

  /// Starts a frame.
  ///
  /// @param receiveTimeNs nanoseconds of the epoch
  public void begin(
      EventKind kind,
      long stampSeconds,
      int stampMillis,
      long serial,
      int repeat,
      long receiveTimeNs) {
    // A loop, not Memory.fill: that makes an object until it is compiled.
    for (int i = 0; i < HEADER_LENGTH; i += Long.BYTES) {
      Memory.putLong(block + i, 0);
    }
    Memory.putByte(block, VERSION);
    Memory.putByte(block + KIND, kind.code());
    Memory.putLong(block + STAMP_SECONDS, stampSeconds);
    Memory.putShort(block + STAMP_MILLIS, (short) stampMillis);
    Memory.putLong(block + SERIAL, serial);
    Memory.putShort(block + REPEAT, (short) repeat);
    Memory.putLong(block + RECEIVE_TIME, receiveTimeNs);
    position = HEADER_LENGTH;
    recordCount = 0;
    recordsEnd = -1;
  }

  /// Starts the frame of a complete event and adds its records. False: not all of them fit.
  public boolean begin(AssembledEvent event) {
    begin(
        EventKind.AUDIT,
        event.stampSeconds(),
        event.stampMillis(),
        event.serial(),
        event.repeat(),
        event.receiveTimeNs());
    boolean whole = true;
    event.rewind();
    while (event.next()) {
      whole &=
          record(
              event.type(),
              event.prefixAddress(),
              event.prefixLength(),
              event.textAddress(),
              event.textLength());
    }
    return whole;
  }

  /// Adds a record. False: it does not fit and was left out.
  public boolean record(
      int type, long prefixAddress, int prefixLength, long textAddress, int textLength) {
    if (recordsEnd >= 0
        || (long) position + RECORD_HEADER_LENGTH + prefixLength + textLength > capacity) {
      return false;
    }
    long at = block + position;
    Memory.putInt(at, type);
    Memory.putInt(at + 4, prefixLength);
    Memory.putInt(at + 8, textLength);
    if (prefixLength > 0) {
      Memory.copy(prefixAddress, at + RECORD_HEADER_LENGTH, prefixLength);
    }
    Memory.copy(textAddress, at + RECORD_HEADER_LENGTH + prefixLength, textLength);
    position += RECORD_HEADER_LENGTH + prefixLength + textLength;
    recordCount++;
    return true;
  }

  /// Adds an origin tag from memory. False: it does not fit and was left out.
  public boolean tag(int tag, long address, int length) {
    long value = reserveTag(tag, length);
    if (value == 0) {
      return false;
    }
    Memory.copy(address, value, length);
    return true;
  }

  /// Adds an origin tag from a heap array. False: it does not fit and was left out.
  public boolean tag(int tag, byte[] bytes, int offset, int length) {
    long value = reserveTag(tag, length);
    if (value == 0) {
      return false;
    }
    Memory.copy(bytes, offset, value, length);
    return true;
  }

  /// Adds an origin tag whose value the caller writes at the address given back; 0: does not fit.
  public long reserveTag(int tag, int length) {
    if (recordsEnd < 0) {
      recordsEnd = position;
    }
    if (length > 0xffff || (long) position + TAG_HEADER_LENGTH + length > capacity) {
      return 0;
    }
    long at = block + position;
    Memory.putShort(at, (short) tag);
    Memory.putShort(at + 2, (short) length);
    position += TAG_HEADER_LENGTH + length;
    return at + TAG_HEADER_LENGTH;
  }

  /// Ends the frame and seals it; the length of the whole.
  public int finish(int flags, int priority, long seq, long bootIdHigh, long bootIdLow) {
    if (recordsEnd < 0) {
      recordsEnd = position;
    }
    Memory.putShort(block + FLAGS, (short) flags);
    Memory.putInt(block + RECORD_COUNT, recordCount);
    Memory.putLong(block + SEQ, seq);
    Memory.putLong(block + BOOT_ID, Long.reverseBytes(bootIdHigh));
    Memory.putLong(block + BOOT_ID + 8, Long.reverseBytes(bootIdLow));
    Memory.putByte(block + PRIORITY, (byte) priority);
    Memory.putInt(block + RECORDS_LENGTH, recordsEnd - HEADER_LENGTH);
    Memory.putInt(block + ORIGIN_LENGTH, position - recordsEnd);
    crc.reset();
    view.limit(position).position(0);
    crc.update(view);
    Memory.putInt(block + CRC, (int) crc.getValue());
    return position;
  }

  /// Where the frame lies.
  public long address() {
    return block;
  }
}
