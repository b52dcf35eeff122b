package io.coreaudit.spool;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.FileSpace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// How far one sink has acknowledged, and what of that it still has to be told, on disk.
///
/// ```text
/// three slots, 4096 bytes apart; of those with a right CRC the highest generation holds
///   0  u32  0x53524341       "ACRS"
///   4  u32  version (2)
///   8  i64  generation       +1 with every write
///  16  i64  position         SpoolPosition
///  24  i64  seq              of the last event acknowledged, 0: none yet
///  32  i64  boot id, high    of that event
///  40  i64  boot id, low
///  48  i64  refused          events that the receiver refused and that were not told, `OwedGap`
///  56  i64  first seq        of them
///  64  i64  last seq         of them
///  72  i64  boot id, high    of the last of them
///  80  i64  boot id, low
///  88  u32  CRC-32C          of the bytes before
/// ```
///
/// Version 1 ends with the CRC at 48: nothing is owed.
///
/// A write outlives the process at once. It goes to a slot that is neither the one that was last
/// forced to the disk (fdatasync) nor one that is being forced, so whatever the host's failure
/// tears, the forced one still holds. All slots have their blocks from the beginning, so a full
/// disk does not stop a cursor. Files of before had the first two slots.
final class CursorFile implements AutoCloseable {
  private static final int MAGIC = 0x53524341;
  static final int VERSION = 2;
  private static final int SLOT_DISTANCE = 4096;
  private static final int SLOTS = 3;
  private static final int CRC_LENGTH = 4;
  private static final int SLOT_LENGTH = 92;
  private static final int FIRST_VERSION = 1;
  private static final int FIRST_SLOT_LENGTH = 52;

  // Not a channel: who is interrupted while it writes would find that closed.
  private final RandomAccessFile out;
  private final ByteBuffer slot =
      ByteBuffer.allocate(SLOT_LENGTH).order(ByteOrder.LITTLE_ENDIAN); // has the array to write
  private final CRC32C crc = new CRC32C();
  private final Saved found;
  private long generation;
  private long position;
  private OwedGap owed;
  private int forcedSlot;
  private int beingForced;
  private int writtenSlot;

  /// What a cursor says.
  ///
  /// @param generation 0: nothing was ever written
  /// @param position up to where the sink has acknowledged, `SpoolPosition`
  /// @param seq sequence number of the last event acknowledged, 0: none yet
  /// @param bootIdHigh boot id of that event, upper half
  /// @param bootIdLow boot id of that event, lower half
  /// @param owed what was refused before there and was not told
  record Saved(
      long generation, long position, long seq, long bootIdHigh, long bootIdLow, OwedGap owed) {
    static final Saved NOTHING = new Saved(0, 0, 0, 0, 0, OwedGap.NONE);

    boolean isNew() {
      return generation == 0;
    }
  }

  /// Opens a cursor and creates it when it is not there.
  CursorFile(Path file) {
    boolean existed = Files.exists(file);
    int errno = -FileSpace.reserve(file.toString(), (long) SLOTS * SLOT_DISTANCE);
    if (errno != 0) {
      if (!existed) {
        SpoolFiles.delete(file);
      }
      throw new SpoolException(
          "spool cursor %s: cannot reserve %d bytes: fallocate failed with errno %d (%s); free room or give the spool another directory"
              .formatted(file, SLOTS * SLOT_DISTANCE, errno, Errno.text(errno)));
    }
    try {
      out = new RandomAccessFile(file.toFile(), "rw");
      if (!existed) {
        try (FileChannel directory = FileChannel.open(file.getParent())) {
          directory.force(true);
        }
      }
    } catch (IOException e) {
      throw new SpoolException("spool cursor " + file + ": cannot be opened: " + e, e);
    }
    forcedSlot = newest(file, out.getChannel());
    writtenSlot = (forcedSlot + 1) % SLOTS;
    found = load(file, out.getChannel(), forcedSlot);
    generation = found.generation();
    position = found.position();
    owed = found.owed();
  }

  /// Reads a cursor without a change to it.
  static Saved read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return load(file, channel);
    }
  }

  private static Saved load(Path file, FileChannel channel) {
    return load(file, channel, newest(file, channel));
  }

  private static int newest(Path file, FileChannel channel) {
    int newest = 0;
    for (int slot = 1; slot < SLOTS; slot++) {
      if (load(file, channel, slot).generation() > load(file, channel, newest).generation()) {
        newest = slot;
      }
    }
    return newest;
  }

  private static Saved load(Path file, FileChannel channel, int index) {
    ByteBuffer slot = ByteBuffer.allocate(SLOT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (channel.read(slot, (long) index * SLOT_DISTANCE) != SLOT_LENGTH) {
        return Saved.NOTHING;
      }
    } catch (IOException e) {
      throw new SpoolException("spool cursor " + file + ": cannot be read: " + e, e);
    }
    int version = slot.getInt(4);
    int length = version == FIRST_VERSION ? FIRST_SLOT_LENGTH : SLOT_LENGTH;
    if (slot.getInt(0) != MAGIC
        || version != VERSION && version != FIRST_VERSION
        || slot.getInt(length - CRC_LENGTH) != crcOf(slot, length, new CRC32C())) {
      return Saved.NOTHING;
    }
    OwedGap owed =
        version == FIRST_VERSION
            ? OwedGap.NONE
            : new OwedGap(
                slot.getLong(48),
                slot.getLong(56),
                slot.getLong(64),
                slot.getLong(72),
                slot.getLong(80));
    return new Saved(
        slot.getLong(8),
        slot.getLong(16),
        slot.getLong(24),
        slot.getLong(32),
        slot.getLong(40),
        owed);
  }

  private static int crcOf(ByteBuffer slot, int length, CRC32C crc) {
    crc.reset();
    slot.limit(length - CRC_LENGTH).position(0);
    crc.update(slot);
    slot.clear();
    return (int) crc.getValue();
  }

  /// What it said when it was opened.
  Saved found() {
    return found;
  }

  /// How often it was written; 0: never.
  long generation() {
    return generation;
  }

  /// The place that was last written.
  long position() {
    return position;
  }

  /// What was last written as owed.
  OwedGap owed() {
    return owed;
  }

  /// Writes it for the next process. One thread at a time; allocates nothing.
  void write(long nextPosition, long seq, long bootIdHigh, long bootIdLow, OwedGap nextOwed)
      throws IOException {
    long next = generation + 1;
    slot.clear();
    slot.putInt(0, MAGIC)
        .putInt(4, VERSION)
        .putLong(8, next)
        .putLong(16, nextPosition)
        .putLong(24, seq)
        .putLong(32, bootIdHigh)
        .putLong(40, bootIdLow)
        .putLong(48, nextOwed.events())
        .putLong(56, nextOwed.firstSeq())
        .putLong(64, nextOwed.lastSeq())
        .putLong(72, nextOwed.bootIdHigh())
        .putLong(80, nextOwed.bootIdLow());
    slot.putInt(SLOT_LENGTH - CRC_LENGTH, crcOf(slot, SLOT_LENGTH, crc));
    out.seek((long) writtenSlot * SLOT_DISTANCE);
    out.write(slot.array());
    generation = next;
    position = nextPosition;
    owed = nextOwed;
  }

  /// What was written is to be forced; what is written from now on goes elsewhere. As `write`.
  void beginForce() {
    beingForced = writtenSlot;
    writtenSlot = SLOTS - forcedSlot - beingForced; // the third: 0 + 1 + 2 = 3
  }

  /// Brings what was written to the disk. A thread that nobody interrupts, beside any writes.
  void force() throws IOException {
    out.getChannel().force(false);
  }

  /// It was forced. As `write`.
  void forced() {
    forcedSlot = beingForced;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
