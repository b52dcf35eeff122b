package io.coreaudit.frame;

/// The layout of one event in the spool. Little-endian, no alignment.
///
/// ```text
///   0  u8   format version (1)
///   1  u8   kind            EventKind.code()
///   2  u16  flags           EventFlags
///   4  u32  record count
///   8  i64  seq             accepted events of this boot, +1 each
///  16  16B  boot id         as in /proc/sys/kernel/random/boot_id, binary
///  32  i64  stamp, seconds  of the epoch, as in the record
///  40  i64  serial          unsigned
///  48  u16  stamp, milliseconds
///  50  u16  repeat          n-th further event of the same stamp, 0 for the first; of an own event
///                          0, or the number of the reason that is told to one sink only
///  52  u32  zero
///  56  i64  receive time    nanoseconds of the epoch
///  64  u32  records length  bytes
///  68  u32  origin length   bytes
///  72  u32  CRC-32C         of the whole frame with this field zero
///  76  u32  zero
///  80  records, then origin
///
/// a record:       i32 type (-1: unknown name, see the prefix)
///                 u32 prefix length, u32 text length, prefix, text
///   text is what the kernel sent, from `audit(`; prefix is what stood before it in a line
///   (`node=n1 type=SYSCALL msg=`), empty for a record from netlink
/// an origin tag:  u16 tag, u16 length, value           (OriginTag)
/// ```
///
/// An event of the agent itself has one record of type 0 without stamp, in the same form as the
/// kernel's: `reason=netlink_overrun events=12 path="/x"`: quoted is text, digits are a number.
public final class FrameDescriptor {
  /// This format. One that older programs cannot read takes a higher `SpoolFormat`, too.
  public static final byte VERSION = 1;

  static final int KIND = 1;

  /// Where the flags stand.
  public static final int FLAGS = 2;

  static final int RECORD_COUNT = 4;

  /// Where `seq` stands.
  public static final int SEQ = 8;

  static final int BOOT_ID = 16;
  static final int STAMP_SECONDS = 32;

  /// Where the serial stands.
  public static final int SERIAL = 40;

  static final int STAMP_MILLIS = 48;

  /// Where it stands whether it is a further event of its stamp.
  public static final int REPEAT = 50;

  static final int RECEIVE_TIME = 56;
  static final int RECORDS_LENGTH = 64;
  static final int ORIGIN_LENGTH = 68;
  static final int CRC = 72;

  /// Where the records begin.
  public static final int HEADER_LENGTH = 80;

  /// What stands before a record's prefix.
  public static final int RECORD_HEADER_LENGTH = 12;

  static final int TAG_HEADER_LENGTH = 4;

  private FrameDescriptor() {}
}
