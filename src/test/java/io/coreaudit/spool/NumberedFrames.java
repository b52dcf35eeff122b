package io.coreaudit.spool;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameDescriptor;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;

/// Frames whose content follows from their number alone, so that a reader can tell the right one
/// from any other, and a torn one from a whole one.
final class NumberedFrames implements AutoCloseable {
  static final long BOOT_HIGH = 0x0123456789abcdefL;
  static final long BOOT_LOW = 0x7edcba9876543210L;

  private static final int OVERHEAD =
      FrameDescriptor.HEADER_LENGTH + FrameDescriptor.RECORD_HEADER_LENGTH;

  private final Arena arena = Arena.ofShared();
  private final FrameWriter writer;
  private final long text;
  private final long expected;
  private final int capacity;

  NumberedFrames() {
    this(SpoolSettings.MAX_FRAME_BYTES + 4096);
  }

  NumberedFrames(int capacityBytes) {
    capacity = capacityBytes;
    writer = new FrameWriter(arena.allocate(capacityBytes, 8).address(), capacityBytes);
    text = arena.allocate(capacityBytes, 8).address();
    expected = arena.allocate(capacityBytes, 8).address();
  }

  /// Makes the frame of a number; its length.
  int make(long seq, int lengthBytes) {
    if (lengthBytes < OVERHEAD || lengthBytes > capacity) {
      throw new IllegalArgumentException("length " + lengthBytes);
    }
    int textLength = lengthBytes - OVERHEAD;
    fill(text, seq, textLength);
    writer.begin(EventKind.AUDIT, seq, (int) (seq % 1000), seq, 0, seq);
    writer.record(1300, 0, 0, text, textLength);
    return writer.finish(0, seq, BOOT_HIGH, BOOT_LOW);
  }

  long address() {
    return writer.address();
  }

  /// Whether a frame that was read is the one that was made of its number.
  boolean isRight(FrameFlyweight frame) {
    if (frame.bootIdHigh() != BOOT_HIGH
        || frame.bootIdLow() != BOOT_LOW
        || frame.serial() != frame.seq()
        || frame.recordCount() != 1) {
      return false;
    }
    frame.rewindRecords();
    if (!frame.nextRecord() || frame.recordType() != 1300) {
      return false;
    }
    int length = frame.recordTextLength();
    fill(expected, frame.seq(), length);
    for (int i = 0; i < length; i++) {
      if (Memory.byteAt(expected + i) != Memory.byteAt(frame.recordText() + i)) {
        return false;
      }
    }
    return !frame.nextRecord();
  }

  private static void fill(long address, long seq, int length) {
    long bits = seq * 0x9e3779b97f4a7c15L + length;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      bits = bits * 6364136223846793005L + 1442695040888963407L;
      Memory.putLong(address + i, bits);
    }
    for (; i < length; i++) {
      Memory.putByte(address + i, (byte) (bits >>> i));
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
