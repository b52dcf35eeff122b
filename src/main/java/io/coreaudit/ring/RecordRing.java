package io.coreaudit.ring;

import static io.coreaudit.ring.RecordDescriptor.*;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// A ring of records outside the heap, for one thread.
///
/// The package's description draws slots and pointers. Nothing here allocates after `allocate`.
public final class RecordRing implements AutoCloseable {
  /// The smallest ring: a quarter of it holds the kernel's largest record.
  public static final long SMALLEST_BYTES = 64 * 1024;

  private final Pages pages;
  private final long base;
  private final long size;
  private final long largestSlot;
  private long head;
  private long tail;
  private long used;
  private long highWater;
  private int live;

  private RecordRing(Pages pages, long size) {
    this.pages = pages;
    this.base = pages.address();
    this.size = size;
    this.largestSlot = size / 4;
  }

  /// Creates a ring.
  ///
  /// @param sizeBytes at least `SMALLEST_BYTES`; rounded down to a multiple of 8
  public static RecordRing allocate(long sizeBytes) {
    if (sizeBytes < SMALLEST_BYTES) {
      throw new IllegalArgumentException(
          "sizeBytes=" + sizeBytes + " is less than the smallest ring of " + SMALLEST_BYTES);
    }
    long size = sizeBytes & -ALIGNMENT;
    return new RecordRing(Pages.unwritten(size), size);
  }

  /// Whether a record of this length can ever lie in the ring: it takes at most a quarter.
  public boolean canHold(int prefixLength, int textLength) {
    return slotLength(prefixLength, textLength) <= largestSlot;
  }

  /// Copies a record in; its address, or 0 when there is no room now (or never: `canHold`).
  ///
  /// The text and the prefix must not lie in the ring.
  public long append(
      int type, long prefixAddress, int prefixLength, long textAddress, int textLength) {
    long slot = slotLength(prefixLength, textLength);
    if (slot > largestSlot) {
      return 0;
    }
    long atEnd = size - head;
    boolean wrapped = head < tail || (head == tail && used > 0);
    if (wrapped) {
      if (tail - head < slot) {
        return 0;
      }
    } else if (atEnd < slot) {
      if (tail < slot) {
        return 0;
      }
      if (atEnd > 0) {
        putSlot(base + head, atEnd, STATE_PAD);
        used += atEnd;
      }
      head = 0;
    }
    long record = base + head;
    putSlot(record, slot, STATE_LIVE);
    Memory.putLong(record + NEXT, 0);
    Memory.putInt(record + TYPE, type);
    Memory.putInt(record + PREFIX_LENGTH, prefixLength);
    Memory.putInt(record + TEXT_LENGTH, textLength);
    if (prefixLength > 0) {
      Memory.copy(prefixAddress, record + HEADER_LENGTH, prefixLength);
    }
    Memory.copy(textAddress, record + HEADER_LENGTH + prefixLength, textLength);
    head += slot;
    used += slot;
    live++;
    if (head == size) {
      head = 0;
    }
    if (used > highWater) {
      highWater = used;
    }
    return record;
  }

  /// Frees a record. In any order; each record once.
  public void release(long record) {
    assert record >= base && record < base + size && Memory.intAt(record + STATE) == STATE_LIVE
        : "not a live record: " + (record - base);
    Memory.putInt(record + STATE, STATE_FREE);
    if (--live == 0) {
      head = 0;
      tail = 0;
      used = 0;
      return;
    }
    while (Memory.intAt(base + tail + STATE) != STATE_LIVE) {
      long slot = Memory.intAt(base + tail + SLOT_LENGTH) & 0xffff_ffffL;
      used -= slot;
      tail += slot;
      if (tail == size) {
        tail = 0;
      }
    }
  }

  /// The record that was appended after another. Of no meaning when there is none, or when either
  /// of them was freed.
  public long following(long record) {
    long slot = record + (Memory.intAt(record + SLOT_LENGTH) & 0xffff_ffffL);
    return slot == base + size || Memory.intAt(slot + STATE) == STATE_PAD ? base : slot;
  }

  /// Number of records that are not freed.
  public int liveRecords() {
    return live;
  }

  /// Bytes between tail and head: live records, and freed ones that a live one keeps from reuse.
  public long usedBytes() {
    return used;
  }

  /// The most that `usedBytes` ever was.
  public long highWaterBytes() {
    return highWater;
  }

  /// Size of the ring.
  public long sizeBytes() {
    return size;
  }

  private static void putSlot(long address, long length, int state) {
    Memory.putInt(address + SLOT_LENGTH, (int) length);
    Memory.putInt(address + STATE, state);
  }

  /// Gives the memory back. No address of a record is good after this.
  @Override
  public void close() {
    pages.close();
  }
}
