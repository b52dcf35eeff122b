package io.coreaudit.origin;

import io.coreaudit.memory.Memory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// Containers of which the intake thread knows nothing, on their way to the thread that reads
/// files.
///
/// Asked for at most once a second each, as far as 64 cells tell them apart; what finds its cell in
/// use waits for its next event. One thread asks, one takes; asking allocates nothing.
final class MissedContainers {
  private static final int CELLS = 64;
  private static final long AGAIN_MS = 1000;

  private final byte[][] ids = new byte[CELLS][Membership.ID_LENGTH];
  private final AtomicIntegerArray full = new AtomicIntegerArray(CELLS);
  private final long[] askedMs = new long[CELLS];
  private final Runnable wake;

  MissedContainers(Runnable wake) {
    this.wake = wake;
    Arrays.fill(askedMs, Long.MIN_VALUE / 2);
  }

  /// Asks for a container. Intake thread.
  ///
  /// @param id where its 64 characters begin
  void ask(long id, long nowMs) {
    int cell = (int) (Memory.longAt(id) * 0x9e3779b97f4a7c15L >>> 58);
    if (nowMs - askedMs[cell] < AGAIN_MS || full.get(cell) != 0) {
      return;
    }
    askedMs[cell] = nowMs;
    Memory.copy(id, ids[cell], 0, Membership.ID_LENGTH);
    full.set(cell, 1);
    wake.run();
  }

  /// Takes one; null when there is none.
  byte[] take() {
    for (int cell = 0; cell < CELLS; cell++) {
      if (full.get(cell) != 0) {
        byte[] id = ids[cell].clone();
        full.set(cell, 0);
        return id;
      }
    }
    return null;
  }
}
