package io.coreaudit.agent;

import io.coreaudit.forward.Forwarder;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The wait, after the end of an input, until the sinks were given what is in the spool. It has no
/// bound while any of them moves, for who replays a file wants all of it.
final class Delivery {
  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
  private static final long LOOK_MILLIS = 50;

  private Delivery() {}

  /// Waits until every sink that still runs was given everything, all of them stand still, or
  /// somebody urges the stop.
  ///
  /// @param patience how long they may stand still
  static void await(Supplier<List<Forwarder>> sinks, Duration patience, StopSignal stop)
      throws InterruptedException {
    long left = unsent(sinks.get());
    long movedNs = System.nanoTime();
    while (left > 0 && System.nanoTime() - movedNs < patience.toNanos()) {
      if (stop.awaitUrge(LOOK_MILLIS)) {
        return;
      }
      long now = unsent(sinks.get());
      if (now != left) {
        left = now;
        movedNs = System.nanoTime();
      }
    }
  }

  /// Says what the sinks were not given.
  ///
  /// @return whether they have everything
  static boolean tellLeftBehind(List<Forwarder> sinks) {
    boolean all = true;
    for (Forwarder sink : sinks) {
      long events = sink.lagEvents();
      if (events > 0) {
        all = false;
        LOG.atWarn()
            .addKeyValue("sink", sink.name())
            .addKeyValue("events", events)
            .log(
                "sink {}: {} events stay in the spool (the receiver may have some of them); the"
                    + " next start sends them",
                sink.name(),
                events);
      }
    }
    return all;
  }

  private static long unsent(List<Forwarder> sinks) {
    return sinks.stream().filter(Forwarder::running).mapToLong(Forwarder::unsentEvents).sum();
  }
}
