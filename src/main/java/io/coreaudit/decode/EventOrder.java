package io.coreaudit.decode;

import java.util.Arrays;
import java.util.BitSet;

/// In which order events leave, as libauparse has it: by their stamps, an event that is not
/// complete holding back those after it; of equal stamps the one with the lower place first.
///
/// A place is the lowest that is free when an event begins, and is free again when it left.
final class EventOrder {
  private static final int NONE = -1;

  private final BitSet taken = new BitSet();
  private long[] seconds = new long[64];
  private int[] millis = new int[64];
  private long[] serials = new long[64];
  private boolean[] complete = new boolean[64];
  private int[] offsets = new int[64];
  private int[] lengths = new int[64];

  // A heap of places, the one that leaves first at 0.
  private int[] heap = new int[64];
  private int size;
  private int[] aside = new int[64];
  private int asideCount;
  private int completed;

  /// Takes a place for an event that begins.
  int start(long stampSeconds, int stampMillis, long serial) {
    int place = taken.nextClearBit(0);
    taken.set(place);
    if (place == seconds.length) {
      grow();
    }
    seconds[place] = stampSeconds;
    millis[place] = stampMillis;
    serials[place] = serial;
    complete[place] = false;
    push(place);
    return place;
  }

  private void grow() {
    int more = seconds.length * 2;
    seconds = Arrays.copyOf(seconds, more);
    millis = Arrays.copyOf(millis, more);
    serials = Arrays.copyOf(serials, more);
    complete = Arrays.copyOf(complete, more);
    offsets = Arrays.copyOf(offsets, more);
    lengths = Arrays.copyOf(lengths, more);
    heap = Arrays.copyOf(heap, more);
    aside = Arrays.copyOf(aside, more);
  }

  /// Notes that an event is complete, and where its bytes lie.
  void complete(int place, int offset, int length) {
    complete[place] = true;
    offsets[place] = offset;
    lengths[place] = length;
    completed++;
  }

  /// How many events are complete and have not left.
  int held() {
    return completed;
  }

  /// How many events have a place.
  int size() {
    return size;
  }

  int offset(int place) {
    return offsets[place];
  }

  int length(int place) {
    return lengths[place];
  }

  /// Notes that the bytes of an event were moved.
  void moved(int place, int offset) {
    offsets[place] = offset;
  }

  /// The n-th place in no order; for `moved`.
  int place(int n) {
    return heap[n];
  }

  boolean isComplete(int place) {
    return complete[place];
  }

  /// The event that leaves now, or -1: the first one is not complete. Its offset and length are
  /// good until the next event begins.
  int next() {
    if (size == 0 || !complete[heap[0]]) {
      return NONE;
    }
    int place = heap[0];
    completed--;
    taken.clear(place);
    heap[0] = heap[--size];
    if (size > 0) {
      down(0);
    }
    return place;
  }

  /// Has the events that are not complete hold nobody back, until `putBack`.
  void setAside() {
    int kept = 0;
    for (int n = 0; n < size; n++) {
      int place = heap[n];
      if (complete[place]) {
        heap[kept++] = place;
      } else {
        aside[asideCount++] = place;
      }
    }
    size = kept;
    for (int n = size / 2 - 1; n >= 0; n--) {
      down(n);
    }
  }

  /// Has all events wait for each other again.
  void putBack() {
    while (asideCount > 0) {
      push(aside[--asideCount]);
    }
  }

  private void push(int place) {
    heap[size++] = place;
    up(size - 1);
  }

  private void up(int from) {
    int n = from;
    int place = heap[n];
    while (n > 0) {
      int parent = n - 1 >> 1;
      if (!isBefore(place, heap[parent])) {
        break;
      }
      heap[n] = heap[parent];
      n = parent;
    }
    heap[n] = place;
  }

  private void down(int from) {
    int n = from;
    int place = heap[n];
    while (true) {
      int child = 2 * n + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], place)) {
        break;
      }
      heap[n] = heap[child];
      n = child;
    }
    heap[n] = place;
  }

  private boolean isBefore(int a, int b) {
    if (seconds[a] != seconds[b]) {
      return seconds[a] < seconds[b];
    }
    if (millis[a] != millis[b]) {
      return millis[a] < millis[b];
    }
    int compared = Long.compareUnsigned(serials[a], serials[b]);
    return compared != 0 ? compared < 0 : a < b;
  }
}
