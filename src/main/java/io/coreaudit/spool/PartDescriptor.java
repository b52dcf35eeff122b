package io.coreaudit.spool;

/// The layout of one part of a frame that is larger than the queue's largest message.
///
/// ```text
///   0  u8   0x50             never a frame's version: tells a part from a frame
///   1  u8   zero
///   2  u16  number           0, 1, 2, ... within the frame
///   4  u32  length           of the whole frame, bytes
///   8  u32  offset           of this part's bytes within the frame
///  12  u32  zero
///  16  bytes of the frame
/// ```
///
/// The parts of a frame follow each other in one segment with nothing between them. The frame's own
/// CRC covers the whole.
final class PartDescriptor {
  static final byte MARK = 0x50;

  static final int NUMBER = 2;
  static final int FRAME_LENGTH = 4;
  static final int OFFSET = 8;
  static final int HEADER_LENGTH = 16;

  private PartDescriptor() {}
}
