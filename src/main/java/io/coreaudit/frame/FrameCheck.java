package io.coreaudit.frame;

import static io.coreaudit.frame.FrameDescriptor.*;

import io.coreaudit.memory.Memory;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Checks frames before anybody walks them: version, lengths, the bounds of every record and tag,
/// and the CRC. After it says yes, no accessor of `FrameFlyweight` leaves the frame.
///
/// Looks at frames within one block of memory, so that nothing is allocated per frame. Not shared
/// between threads.
public final class FrameCheck {
  private static final byte[] ZEROS = new byte[Integer.BYTES];

  private final long block;
  private final ByteBuffer view;
  private final CRC32C crc = new CRC32C();

  /// Creates a check for frames that lie in a block.
  public FrameCheck(long blockAddress, int blockLengthBytes) {
    block = blockAddress;
    view = Memory.view(blockAddress, blockLengthBytes);
  }

  /// Whether the frame is whole and what it was when it was written.
  public boolean isWhole(long address, int length) {
    if (!isPlausible(address, length)) {
      return false;
    }
    long records = Memory.intAt(address + RECORDS_LENGTH) & 0xffffffffL;
    long origin = Memory.intAt(address + ORIGIN_LENGTH) & 0xffffffffL;
    return crcMatches(address, length)
        && recordsAreInBounds(
            address + HEADER_LENGTH, records, Memory.intAt(address + RECORD_COUNT))
        && tagsAreInBounds(address + HEADER_LENGTH + records, origin);
  }

  /// Whether version and lengths are those of a frame of a length; the CRC is not looked at.
  public static boolean isPlausible(long address, int length) {
    return length >= HEADER_LENGTH
        && Memory.byteAt(address) == VERSION
        && HEADER_LENGTH
                + (Memory.intAt(address + RECORDS_LENGTH) & 0xffffffffL)
                + (Memory.intAt(address + ORIGIN_LENGTH) & 0xffffffffL)
            == length;
  }

  private boolean crcMatches(long address, int length) {
    int offset = (int) (address - block);
    crc.reset();
    view.limit(offset + CRC).position(offset);
    crc.update(view);
    crc.update(ZEROS, 0, ZEROS.length);
    view.limit(offset + length).position(offset + CRC + 4);
    crc.update(view);
    return (int) crc.getValue() == Memory.intAt(address + CRC);
  }

  private static boolean recordsAreInBounds(long records, long length, int expectedCount) {
    long at = 0;
    int count = 0;
    while (at < length) {
      if (length - at < RECORD_HEADER_LENGTH) {
        return false;
      }
      long prefix = Memory.intAt(records + at + 4) & 0xffffffffL;
      long text = Memory.intAt(records + at + 8) & 0xffffffffL;
      at += RECORD_HEADER_LENGTH + prefix + text;
      count++;
    }
    return at == length && count == expectedCount;
  }

  private static boolean tagsAreInBounds(long tags, long length) {
    long at = 0;
    while (at < length) {
      if (length - at < TAG_HEADER_LENGTH) {
        return false;
      }
      at += TAG_HEADER_LENGTH + (Memory.shortAt(tags + at + 2) & 0xffff);
    }
    return at == length;
  }
}
