package io.coreaudit.spool;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.kernel.FileSpace;
import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The number of the newest frame that was accepted, in a page that outlives the process.
///
/// ```text
///   0  u32  0x4b4d5153       "SQMK"
///   4  u32  version (1)
///   8  i64  seq
///  16  i64  boot id, high
///  24  i64  boot id, low
///  32  i64  receive time     of that frame, nanoseconds of the epoch
///  40  i64  serial           the highest that was taken from the kernel, 0: none
///  48  i64  owed             events taken that are neither in the spool nor told as lost
///  56  i64  first open       the lowest serial whose event may be owed, 0: not known
/// ```
///
/// The frames themselves say how far the numbers went. Where they are damaged, the mark tells how
/// many are gone, and that no number is given twice in one boot. It is a store into a mapped page,
/// so it costs nothing and holds over a kill; a loss of power takes it along with the boot that it
/// counts for. Without room for the page the mark is kept in memory, and is worth nothing after.
final class SeqMark implements AutoCloseable {
  private static final int MAGIC = 0x4b4d5153;
  static final int VERSION = 1;
  private static final int SEQ = 8;
  private static final int BOOT_ID_HIGH = 16;
  private static final int BOOT_ID_LOW = 24;
  private static final int TIME = 32;
  private static final int SERIAL = 40;
  private static final int OWED = 48;
  private static final int FIRST_OPEN = 56;
  private static final int PAGE_BYTES = 4096;

  private final Arena arena = Arena.ofShared();
  private final long page;

  SeqMark(Path file) {
    page = map(file);
    if (Memory.intAt(page) != MAGIC || Memory.intAt(page + 4) != VERSION) {
      Memory.fill(page, PAGE_BYTES, (byte) 0);
      Memory.putInt(page + 4, VERSION);
      Memory.putInt(page, MAGIC);
    }
  }

  private long map(Path file) {
    if (FileSpace.reserve(file.toString(), PAGE_BYTES) == 0) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE_BYTES, arena).address();
      } catch (IOException e) {
        // As without room.
      }
    }
    return arena.allocate(PAGE_BYTES, 8).address();
  }

  /// Notes the newest frame.
  void note(FrameFlyweight newest) {
    note(newest.seq(), newest.bootIdHigh(), newest.bootIdLow(), newest.receiveTimeNs());
  }

  void note(long seq, long bootIdHigh, long bootIdLow, long receiveTimeNs) {
    if (bootIdHigh() != bootIdHigh || bootIdLow() != bootIdLow) {
      // Killed in between: no number is better than one of the other boot.
      Memory.putLong(page + SEQ, 0);
      Memory.putLong(page + SERIAL, 0);
      Memory.putLong(page + OWED, 0);
      Memory.putLong(page + FIRST_OPEN, 0);
      Memory.putLong(page + BOOT_ID_HIGH, bootIdHigh);
      Memory.putLong(page + BOOT_ID_LOW, bootIdLow);
    }
    Memory.putLong(page + TIME, receiveTimeNs);
    Memory.putLong(page + SEQ, seq);
  }

  /// Notes how far the kernel's events were taken. A store each: killed in between, the figure is
  /// off by what the thread did since it last noted.
  void noteTaken(long serial, long owedEvents) {
    Memory.putLong(page + SERIAL, serial);
    Memory.putLong(page + OWED, owedEvents);
  }

  /// Notes up to which serial nothing is owed. A store.
  void noteSettled(long serial) {
    Memory.putLong(page + FIRST_OPEN, serial + 1);
  }

  /// What was noted so.
  SpoolTaken taken() {
    return new SpoolTaken(
        bootIdHigh(),
        bootIdLow(),
        Memory.longAt(page + SERIAL),
        Memory.longAt(page + OWED),
        Memory.longAt(page + FIRST_OPEN) - 1);
  }

  /// The number noted last, 0: none.
  long seq() {
    return Memory.longAt(page + SEQ);
  }

  long bootIdHigh() {
    return Memory.longAt(page + BOOT_ID_HIGH);
  }

  long bootIdLow() {
    return Memory.longAt(page + BOOT_ID_LOW);
  }

  long receiveTimeNs() {
    return Memory.longAt(page + TIME);
  }

  @Override
  public void close() {
    arena.close();
  }
}
