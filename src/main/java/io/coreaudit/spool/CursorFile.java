package io.coreaudit.spool;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.FileSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// How far one sink has acknowledged, on disk.
///
/// ```text
/// two slots, at 0 and at 4096; the one with the higher generation and a right CRC is valid
///   0  u32  0x53524341       "ACRS"
///   4  u32  version (1)
///   8  i64  generation       +1 with every write
///  16  i64  position         SpoolPosition
///  24  i64  seq              of the last event acknowledged, 0: none yet
///  32  i64  boot id, high    of that event
///  40  i64  boot id, low
///  48  u32  CRC-32C          of the bytes before
/// ```
///
/// A write goes to the slot that is not valid, then to the disk (fdatasync): torn at any byte, the
/// other slot still holds. Both slots have their blocks from the beginning, so a full disk does not
/// stop a cursor.
final class CursorFile implements AutoCloseable {
  private static final int MAGIC = 0x53524341;
  private static final int VERSION = 1;
  private static final int SLOT_DISTANCE = 4096;
  private static final int SLOT_LENGTH = 52;

  private final FileChannel channel;
  private final ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_LENGTH);
  private Saved saved;

  /// What a cursor says.
  ///
  /// @param generation 0: nothing was ever written
  /// @param position up to where the sink has acknowledged, `SpoolPosition`
  /// @param seq sequence number of the last event acknowledged, 0: none yet
  /// @param bootIdHigh boot id of that event, upper half
  /// @param bootIdLow boot id of that event, lower half
  record Saved(long generation, long position, long seq, long bootIdHigh, long bootIdLow) {
    static final Saved NOTHING = new Saved(0, 0, 0, 0, 0);

    boolean isNew() {
      return generation == 0;
    }
  }

  /// Opens a cursor and creates it when it is not there.
  CursorFile(Path file) {
    slot.order(ByteOrder.LITTLE_ENDIAN);
    boolean existed = Files.exists(file);
    int errno = -FileSpace.reserve(file.toString(), 2L * SLOT_DISTANCE);
    if (errno != 0) {
      if (!existed) {
        SpoolFiles.delete(file);
      }
      throw new SpoolException(
          "spool cursor %s: cannot reserve %d bytes: fallocate failed with errno %d (%s); free room or give the spool another directory"
              .formatted(file, 2 * SLOT_DISTANCE, errno, Errno.text(errno)));
    }
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!existed) {
        try (FileChannel directory = FileChannel.open(file.getParent())) {
          directory.force(true);
        }
      }
    } catch (IOException e) {
      throw new SpoolException("spool cursor " + file + ": cannot be opened: " + e, e);
    }
    saved = load(file, channel);
  }

  /// Reads a cursor without a change to it.
  static Saved read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return load(file, channel);
    }
  }

  private static Saved load(Path file, FileChannel channel) {
    Saved first = load(file, channel, 0);
    Saved second = load(file, channel, SLOT_DISTANCE);
    return first.generation() > second.generation() ? first : second;
  }

  private static Saved load(Path file, FileChannel channel, int at) {
    ByteBuffer slot = ByteBuffer.allocate(SLOT_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (channel.read(slot, at) != SLOT_LENGTH) {
        return Saved.NOTHING;
      }
    } catch (IOException e) {
      throw new SpoolException("spool cursor " + file + ": cannot be read: " + e, e);
    }
    if (slot.getInt(0) != MAGIC || slot.getInt(4) != VERSION || slot.getInt(48) != crcOf(slot)) {
      return Saved.NOTHING;
    }
    return new Saved(
        slot.getLong(8), slot.getLong(16), slot.getLong(24), slot.getLong(32), slot.getLong(40));
  }

  private static int crcOf(ByteBuffer slot) {
    CRC32C crc = new CRC32C();
    slot.limit(48).position(0);
    crc.update(slot);
    slot.clear();
    return (int) crc.getValue();
  }

  /// What was last written.
  Saved saved() {
    return saved;
  }

  /// Writes and brings to disk.
  void write(long position, long seq, long bootIdHigh, long bootIdLow) throws IOException {
    Saved next = new Saved(saved.generation() + 1, position, seq, bootIdHigh, bootIdLow);
    slot.clear();
    slot.putInt(0, MAGIC)
        .putInt(4, VERSION)
        .putLong(8, next.generation())
        .putLong(16, position)
        .putLong(24, seq)
        .putLong(32, bootIdHigh)
        .putLong(40, bootIdLow);
    slot.putInt(48, crcOf(slot));
    long at = next.generation() % 2 * SLOT_DISTANCE;
    while (slot.hasRemaining()) {
      at += channel.write(slot, at);
    }
    channel.force(false);
    saved = next;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
