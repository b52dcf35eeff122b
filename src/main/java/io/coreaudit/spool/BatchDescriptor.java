package io.coreaudit.spool;

import io.coreaudit.memory.Memory;

/// The layout of several frames that were appended together, as one message.
///
/// ```text
///   0  u8   0x42             never a frame's version or a part's mark: tells a batch from both
///   1  u8   zero
///   2  u16  frames           in this batch
///   4  u32  before           frames of the segment before this batch
///   8  u32  check            of the two numbers
///  12  frames, each:
///      u32  length           of the frame, bits 30 and 31 set
///      the frame
/// ```
///
/// The two bits keep an entry from being taken for a message of the queue when somebody looks for
/// one behind a damage, also when one of them is what was damaged. `before` puts the count of
/// frames right behind whatever was damaged before it; where the head itself is damaged, the chain
/// of lengths tells the number, if it ends where the message does.
final class BatchDescriptor {
  static final byte MARK = 0x42;

  static final int FRAMES = 2;
  static final int BEFORE = 4;
  static final int CHECK = 8;
  static final int HEADER_LENGTH = 12;

  /// What stands before each frame.
  static final int ENTRY_HEADER_LENGTH = 4;

  static final int ENTRY = 0xc0000000;

  /// Most frames that a batch can count.
  static final int MAX_FRAMES = 0xffff;

  private BatchDescriptor() {}

  /// Writes the head of a batch whose entries are there.
  static void seal(long address, int frames, int framesBefore) {
    Memory.putInt(address, MARK);
    Memory.putShort(address + FRAMES, (short) frames);
    Memory.putInt(address + BEFORE, framesBefore);
    Memory.putInt(address + CHECK, checkOf(frames, framesBefore));
  }

  static boolean isMarked(long payload, int lengthBytes) {
    return lengthBytes > HEADER_LENGTH + ENTRY_HEADER_LENGTH && Memory.byteAt(payload) == MARK;
  }

  /// Whether the head is what it was when it was written.
  static boolean isSealed(long payload) {
    int frames = frames(payload);
    return frames > 0 && Memory.intAt(payload + CHECK) == checkOf(frames, before(payload));
  }

  static int frames(long payload) {
    return Memory.shortAt(payload + FRAMES) & 0xffff;
  }

  static int before(long payload) {
    return Memory.intAt(payload + BEFORE);
  }

  /// Length of the frame whose entry stands at an address; -1: that is no entry.
  static int entryLength(long entry) {
    int word = Memory.intAt(entry);
    return (word & ENTRY) != ENTRY ? -1 : word & ~ENTRY;
  }

  /// Number of frames that the chain of lengths tells; 0: it does not end where the message does.
  static int chained(long payload, int lengthBytes) {
    long at = HEADER_LENGTH;
    int frames = 0;
    while (at + ENTRY_HEADER_LENGTH < lengthBytes) {
      int length = entryLength(payload + at);
      if (length <= 0) {
        return 0;
      }
      at += ENTRY_HEADER_LENGTH + (long) length;
      frames++;
    }
    return at == lengthBytes && frames <= MAX_FRAMES ? frames : 0;
  }

  private static int checkOf(int frames, int framesBefore) {
    int bits = (frames + 0x9e3779b1) * 0x85ebca6b + framesBefore;
    bits ^= bits >>> 15;
    bits *= 0xc2b2ae35;
    return bits ^ bits >>> 13;
  }
}
