package io.coreaudit.event;

import io.coreaudit.memory.Memory;

/// The open events: found by stamp and node, ordered by age and by how long they have been idle.
///
/// Every event is made at construction. Open addressing with linear probing at a quarter of its
/// slots; closing an event shifts followers back, so there are no tombstones.
final class EventTable {
  private final AssembledEvent[] slots;
  private final int mask;
  private final AssembledEvent[] free;
  private int freeCount;
  private int size;
  private AssembledEvent oldest;
  private AssembledEvent newest;
  private AssembledEvent idlest;
  private AssembledEvent busiest;

  EventTable(int capacity) {
    int size = Integer.highestOneBit(capacity * 4 - 1) << 1;
    slots = new AssembledEvent[size];
    mask = size - 1;
    free = new AssembledEvent[capacity];
    for (int i = 0; i < capacity; i++) {
      free[i] = new AssembledEvent();
    }
    freeCount = capacity;
  }

  static long hash(long seconds, int millis, long serial, long nodeHash) {
    long h =
        serial * 0x9E3779B97F4A7C15L ^ (seconds * 1000 + millis) * 0xC2B2AE3D27D4EB4FL ^ nodeHash;
    h ^= h >>> 32;
    h *= 0xD6E8FEB86659FD93L;
    return h ^ h >>> 32;
  }

  AssembledEvent find(long hash, long seconds, int millis, long serial, long node, int nodeLength) {
    for (int slot = (int) hash & mask; ; slot = slot + 1 & mask) {
      AssembledEvent event = slots[slot];
      if (event == null) {
        return null;
      }
      if (event.serial == serial
          && event.stampSeconds == seconds
          && event.stampMillis == millis
          && sameNode(event, node, nodeLength)) {
        return event;
      }
    }
  }

  private static boolean sameNode(AssembledEvent event, long node, int nodeLength) {
    if (event.node == 0 || node == 0) {
      return event.node == node;
    }
    return event.nodeLength == nodeLength && Memory.isSame(event.node, node, nodeLength);
  }

  boolean isFull() {
    return freeCount == 0;
  }

  int size() {
    return size;
  }

  /// An event that nobody uses; the caller sets stamp and hash, then opens it.
  AssembledEvent take() {
    return free[--freeCount];
  }

  void open(AssembledEvent event, long nowNs) {
    int slot = (int) event.hash & mask;
    while (slots[slot] != null) {
      slot = slot + 1 & mask;
    }
    slots[slot] = event;
    size++;
    event.newer = null;
    event.older = newest;
    if (newest == null) {
      oldest = event;
    } else {
      newest.newer = event;
    }
    newest = event;
    linkBusiest(event, nowNs);
  }

  /// A record came: the event is the last to time out.
  void touch(AssembledEvent event, long nowNs) {
    if (event == busiest) {
      event.lastRecordNs = nowNs;
      return;
    }
    unlinkIdle(event);
    linkBusiest(event, nowNs);
  }

  private void linkBusiest(AssembledEvent event, long nowNs) {
    event.lastRecordNs = nowNs;
    event.busier = null;
    event.idler = busiest;
    if (busiest == null) {
      idlest = event;
    } else {
      busiest.busier = event;
    }
    busiest = event;
  }

  private void unlinkIdle(AssembledEvent event) {
    if (event.idler == null) {
      idlest = event.busier;
    } else {
      event.idler.busier = event.busier;
    }
    if (event.busier == null) {
      busiest = event.idler;
    } else {
      event.busier.idler = event.idler;
    }
  }

  /// Takes an event out of the table. It is used again only after `giveBack`.
  void close(AssembledEvent event) {
    int hole = (int) event.hash & mask;
    while (slots[hole] != event) {
      hole = hole + 1 & mask;
    }
    for (int slot = hole + 1 & mask; slots[slot] != null; slot = slot + 1 & mask) {
      int home = (int) slots[slot].hash & mask;
      if ((slot - home & mask) >= (slot - hole & mask)) {
        slots[hole] = slots[slot];
        hole = slot;
      }
    }
    slots[hole] = null;
    size--;
    if (event.older == null) {
      oldest = event.newer;
    } else {
      event.older.newer = event.newer;
    }
    if (event.newer == null) {
      newest = event.older;
    } else {
      event.newer.older = event.older;
    }
    unlinkIdle(event);
  }

  void giveBack(AssembledEvent event) {
    free[freeCount++] = event;
  }

  /// The event that was opened first, null when none is open.
  AssembledEvent oldest() {
    return oldest;
  }

  /// The event whose last record is the longest ago, null when none is open.
  AssembledEvent idlest() {
    return idlest;
  }
}
