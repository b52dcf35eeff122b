package io.coreaudit.frame;

import static io.coreaudit.frame.FrameDescriptor.*;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventKind;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Writes one frame at a time into a block of memory, at its beginning or where it is told.
/// Allocates nothing after construction.
///
/// `begin`, then every `record`, then every tag, then `finish`. A record or tag that does not fit
/// is left out and told by `false`; so is a record after a tag.
public final class FrameWriter {
  /// More than all tags of an origin take: two paths of programs are the longest.
  private static final int ORIGIN_ROOM = 12 << 10;

  private final long block;
  private final int blockLength;
  private final int maxFrame;
  private final ByteBuffer view;
  private final CRC32C crc = new CRC32C();
  private long frame;
  private int capacity;
  private int position;
  private int recordCount;
  private int recordsEnd;

  /// Creates a writer over a block of memory that the caller owns.
  public FrameWriter(long address, int capacityBytes) {
    this(address, capacityBytes, capacityBytes);
  }

  /// Creates a writer of frames up to a length over a block of memory that the caller owns.
  public FrameWriter(long address, int capacityBytes, int maxFrameBytes) {
    this.block = address;
    this.blockLength = capacityBytes;
    this.maxFrame = maxFrameBytes;
    this.view = Memory.view(address, capacityBytes);
    startAt(0);
  }

  /// Has the next frame written so many bytes into the block. Before `begin`.
  public void startAt(int offsetBytes) {
    frame = block + offsetBytes;
    capacity = Math.min(maxFrame, blockLength - offsetBytes);
  }

  /// Moves the frame that is being written to another place in the block. After its last record and
  /// tag, before `finish`.
  public void moveTo(int offsetBytes) {
    long from = frame;
    startAt(offsetBytes);
    if (from != frame) {
      Memory.copy(from, frame, position);
    }
  }

  /// Starts with a whole frame, to be sealed anew; its flags. It is no longer than frames may be.
  public int begin(byte[] whole) {
    Memory.copy(whole, 0, frame, whole.length);
    position = whole.length;
    recordCount = Memory.intAt(frame + RECORD_COUNT);
    recordsEnd = HEADER_LENGTH + Memory.intAt(frame + RECORDS_LENGTH);
    Memory.putInt(frame + CRC, 0);
    return Memory.shortAt(frame + FLAGS) & 0xffff;
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
      Memory.putLong(frame + i, 0);
    }
    Memory.putByte(frame, VERSION);
    Memory.putByte(frame + KIND, kind.code());
    Memory.putLong(frame + STAMP_SECONDS, stampSeconds);
    Memory.putShort(frame + STAMP_MILLIS, (short) stampMillis);
    Memory.putLong(frame + SERIAL, serial);
    Memory.putShort(frame + REPEAT, (short) repeat);
    Memory.putLong(frame + RECEIVE_TIME, receiveTimeNs);
    position = HEADER_LENGTH;
    recordCount = 0;
    recordsEnd = -1;
  }

  /// Starts the frame of a complete event and adds its records; room for the origin stays. False:
  /// not all of them fit. Then arguments of the program (EXECVE) are left out first, from the end,
  /// for whoever writes them can make them as long as he likes.
  public boolean begin(AssembledEvent event) {
    start(event);
    capacity -= ORIGIN_ROOM;
    boolean whole = add(event, Long.MAX_VALUE);
    if (!whole) {
      start(event);
      long others = 0;
      event.rewind();
      while (event.next()) {
        others += event.type() == RecordType.EXECVE ? 0 : length(event);
      }
      add(event, Math.max(0, capacity - position - others));
    }
    capacity += ORIGIN_ROOM;
    return whole;
  }

  private static long length(AssembledEvent event) {
    return (long) RECORD_HEADER_LENGTH + event.prefixLength() + event.textLength();
  }

  private void start(AssembledEvent event) {
    begin(
        EventKind.AUDIT,
        event.stampSeconds(),
        event.stampMillis(),
        event.serial(),
        event.repeat(),
        event.receiveTimeNs());
  }

  /// Adds the records of an event, with so many bytes of arguments at most.
  private boolean add(AssembledEvent event, long argumentBytes) {
    long left = argumentBytes;
    boolean whole = true;
    event.rewind();
    while (event.next()) {
      if (event.type() == RecordType.EXECVE) {
        left -= length(event);
        if (left < 0) {
          whole = false;
          continue;
        }
      }
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
    long at = frame + position;
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
    long at = frame + position;
    Memory.putShort(at, (short) tag);
    Memory.putShort(at + 2, (short) length);
    position += TAG_HEADER_LENGTH + length;
    return at + TAG_HEADER_LENGTH;
  }

  /// Ends the frame and seals it; the length of the whole.
  public int finish(int flags, long seq, long bootIdHigh, long bootIdLow) {
    if (recordsEnd < 0) {
      recordsEnd = position;
    }
    Memory.putShort(frame + FLAGS, (short) flags);
    Memory.putInt(frame + RECORD_COUNT, recordCount);
    Memory.putLong(frame + SEQ, seq);
    Memory.putLong(frame + BOOT_ID, Long.reverseBytes(bootIdHigh));
    Memory.putLong(frame + BOOT_ID + 8, Long.reverseBytes(bootIdLow));
    Memory.putInt(frame + RECORDS_LENGTH, recordsEnd - HEADER_LENGTH);
    Memory.putInt(frame + ORIGIN_LENGTH, position - recordsEnd);
    crc.reset();
    int start = (int) (frame - block);
    view.limit(start + position).position(start);
    crc.update(view);
    Memory.putInt(frame + CRC, (int) crc.getValue());
    return position;
  }

  /// Where the frame lies.
  public long address() {
    return frame;
  }

  /// Length of the frame as far as it is written.
  public int lengthBytes() {
    return position;
  }
}
