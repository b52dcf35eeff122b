package io.coreaudit.agent;

import io.coreaudit.forward.Forwarder;
import java.time.Duration;
import java.util.List;

/// The wait, after the end of an input, until the sinks were given what is in the spool. It has no
/// bound while any of them moves, for who replays a file wants all of it.
final class Delivery {
  private static final long LOOK_MILLIS = 50;

  private Delivery() {}

  /// Waits until every sink that still runs was given everything, all of them stand still, or
  /// somebody urges the stop.
  ///
  /// @param patience how long they may stand still
  static void await(List<Forwarder> sinks, Duration patience, StopSignal stop)
      throws InterruptedException {
    long left = unsent(sinks);
    long movedNs = System.nanoTime();
    while (left > 0 && System.nanoTime() - movedNs < patience.toNanos()) {
      if (stop.awaitUrge(LOOK_MILLIS)) {
        return;
      }
      long now = unsent(sinks);
      if (now != left) {
        left = now;
        movedNs = System.nanoTime();
      }
    }
  }

  private static long unsent(List<Forwarder> sinks) {
    return sinks.stream().filter(Forwarder::running).mapToLong(Forwarder::unsentEvents).sum();
  }
}
