package io.coreaudit.record;

import io.coreaudit.memory.Memory;

/// The name, inode, device, owner and group of a PATH record as the kernel sent it. A record of
/// another order is for a walk.
public final class PathOwner {
  private static final long ITEM = RecordFlyweight.word(" item=");
  private static final long NAME = RecordFlyweight.word(" name=");
  private static final long INODE = RecordFlyweight.word(" inode=");
  private static final long DEVICE = RecordFlyweight.word(" dev=");
  private static final long MODE = RecordFlyweight.word(" mode=");
  private static final long OWNER = RecordFlyweight.word(" ouid=");
  private static final long GROUP = RecordFlyweight.word(" ogid=");

  // `audit(1795321989.984:`; there is no blank in it.
  private static final int STAMP_LENGTH = 21;

  private static final long LARGEST = 0xffffffffL;

  private long name;
  private int nameLength;
  private long inode;
  private int inodeLength;
  private long device;
  private int deviceLength;
  private long owner;
  private long group;

  /// Creates an object that holds the fields of one record at a time.
  public PathOwner() {}

  /// Reads a record; false: it is not in the kernel's order, or has no owner.
  public boolean read(long text, int length) {
    long end = text + length;
    long at = text + STAMP_LENGTH;
    at = EightBytes.find(at, end, EightBytes.BLANKS);
    at = behind(at, end, ITEM, 6);
    name = at + 6;
    at = behind(at, end, NAME, 6);
    nameLength = (int) (at - name);
    inode = at + 7;
    at = behind(at, end, INODE, 7);
    inodeLength = (int) (at - inode);
    device = at + 5;
    at = behind(at, end, DEVICE, 5);
    deviceLength = (int) (at - device);
    at = behind(at, end, MODE, 6);
    if (end - at < 8 || !begins(at, OWNER, 6)) {
      return false;
    }
    long to = EightBytes.find(at + 6, end, EightBytes.BLANKS);
    owner = EightBytes.decimal(at + 6, (int) (to - at - 6), -1);
    if (end - to < 8 || !begins(to, GROUP, 6)) {
      return false;
    }
    at = to + 6;
    group = EightBytes.decimal(at, (int) (EightBytes.find(at, end, EightBytes.BLANKS) - at), -1);
    return owner >= 0 && owner <= LARGEST && group >= 0 && group <= LARGEST;
  }

  // Where the next word ends if the one at `at` is this field; else the record's end.
  private static long behind(long at, long end, long word, int length) {
    return end - at >= 8 && begins(at, word, length)
        ? EightBytes.find(at + length, end, EightBytes.BLANKS)
        : end;
  }

  private static boolean begins(long at, long word, int length) {
    return (Memory.longAt(at) & (1L << (length << 3)) - 1) == word;
  }

  /// Where the name begins (`name=`), as it stands there.
  public long nameAddress() {
    return name;
  }

  /// Length of the name's text.
  public int nameLength() {
    return nameLength;
  }

  /// Where the inode's number begins (`inode=`).
  public long inodeAddress() {
    return inode;
  }

  /// Length of the inode's number.
  public int inodeLength() {
    return inodeLength;
  }

  /// Where the device begins (`dev=`), as it stands there.
  public long deviceAddress() {
    return device;
  }

  /// Length of the device's text.
  public int deviceLength() {
    return deviceLength;
  }

  /// The number of the user (`ouid=`).
  public long owner() {
    return owner;
  }

  /// The number of the group (`ogid=`).
  public long group() {
    return group;
  }
}
