package io.coreaudit.agent;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The role that looks at things now and then, on a thread of its own: what it looks at may be a
/// file on a disk that hangs, and nobody else should hang with it. What fails is told and looked at
/// again the next time.
final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final ScheduledExecutorService executor;

  /// @param name of the thread
  Rounds(String name) {
    executor =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name(name).daemon().factory());
  }

  /// Looks at a fixed interval, until `close`.
  ///
  /// @param what names it in the log
  void every(Duration interval, String what, Runnable look) {
    long ns = interval.toNanos();
    executor.scheduleWithFixedDelay(() -> safely(what, look), ns, ns, TimeUnit.NANOSECONDS);
  }

  private static void safely(String what, Runnable look) {
    try {
      look.run();
    } catch (RuntimeException e) {
      LOG.warn("{} failed: {}", what, e.toString(), e);
    }
  }

  /// Asks the thread to end and does not wait for it.
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
