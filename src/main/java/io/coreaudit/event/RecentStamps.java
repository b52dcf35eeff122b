package io.coreaudit.event;

import java.util.Arrays;

/// The stamps of the events completed last, and how often each came.
///
/// A circle of entries, and a table of their numbers by hash (open addressing, a quarter of the
/// slots in use, no tombstones). When the circle is full the oldest entry goes. Nodes are told
/// apart by a 64-bit hash of their names.
///
/// An event that ended without its end may go on: a system call logs a record, blocks for as long
/// as its caller likes, and logs the rest. Once such an event is forgotten nobody can tell whether
/// one of its stamp, or of an older one, is the first: it is `AssembledEvent.REPEAT_UNKNOWN`, and
/// is told from all others by its number in the spool. Few are so old.
final class RecentStamps {
  private final long[] seconds;
  private final long[] serials;
  private final long[] nodes;
  private final long[] hashes;
  private final int[] millis;
  private final int[] repeats;
  private final boolean[] mayGoOn;
  private final int[] slots;
  private final int mask;
  private long forgottenSeconds = Long.MIN_VALUE;
  private int forgottenMillis;
  private int next;
  private int size;

  /// Creates an empty memory.
  ///
  /// @param capacity a power of two
  RecentStamps(int capacity) {
    seconds = new long[capacity];
    serials = new long[capacity];
    nodes = new long[capacity];
    hashes = new long[capacity];
    millis = new int[capacity];
    repeats = new int[capacity];
    mayGoOn = new boolean[capacity];
    slots = new int[capacity * 4];
    mask = slots.length - 1;
    Arrays.fill(slots, -1);
  }

  boolean contains(long hash, long second, int milli, long serial, long nodeHash) {
    return slots[slotOf(hash, second, milli, serial, nodeHash)] >= 0;
  }

  /// Notes that an event is complete; what its `AssembledEvent.repeat` is.
  ///
  /// @param goesOn whether more records of it may come
  int note(AssembledEvent event, boolean goesOn) {
    int slot =
        slotOf(event.hash, event.stampSeconds, event.stampMillis, event.serial, event.nodeHash);
    int entry = slots[slot];
    if (entry >= 0) {
      mayGoOn[entry] = goesOn;
      repeats[entry] = Math.min(repeats[entry] + 1, AssembledEvent.REPEAT_UNKNOWN);
      return repeats[entry];
    }
    boolean known = isNewer(event.stampSeconds, event.stampMillis);
    if (size == seconds.length) {
      forget(next);
      slot =
          slotOf(event.hash, event.stampSeconds, event.stampMillis, event.serial, event.nodeHash);
    } else {
      size++;
    }
    seconds[next] = event.stampSeconds;
    millis[next] = event.stampMillis;
    serials[next] = event.serial;
    nodes[next] = event.nodeHash;
    hashes[next] = event.hash;
    repeats[next] = known ? 0 : AssembledEvent.REPEAT_UNKNOWN;
    mayGoOn[next] = goesOn;
    slots[slot] = next;
    int repeat = repeats[next];
    next = next + 1 & seconds.length - 1;
    return repeat;
  }

  /// Whether a stamp is above those of all forgotten events that may go on.
  private boolean isNewer(long second, int milli) {
    return second > forgottenSeconds || second == forgottenSeconds && milli > forgottenMillis;
  }

  // The slot of an entry, or the empty one where it belongs.
  private int slotOf(long hash, long second, int milli, long serial, long nodeHash) {
    int slot = (int) hash & mask;
    for (int entry; (entry = slots[slot]) >= 0; slot = slot + 1 & mask) {
      if (serials[entry] == serial
          && seconds[entry] == second
          && millis[entry] == milli
          && nodes[entry] == nodeHash) {
        return slot;
      }
    }
    return slot;
  }

  private void forget(int entry) {
    if (mayGoOn[entry] && isNewer(seconds[entry], millis[entry])) {
      forgottenSeconds = seconds[entry];
      forgottenMillis = millis[entry];
    }
    int hole = (int) hashes[entry] & mask;
    while (slots[hole] != entry) {
      hole = hole + 1 & mask;
    }
    for (int slot = hole + 1 & mask; slots[slot] >= 0; slot = slot + 1 & mask) {
      int home = (int) hashes[slots[slot]] & mask;
      if ((slot - home & mask) >= (slot - hole & mask)) {
        slots[hole] = slots[slot];
        hole = slot;
      }
    }
    slots[hole] = -1;
  }
}
