package io.coreaudit.agent;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes things down one after another until a deadline that all of them share; what fails or hangs
/// is told and does not keep the rest up.
final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private final long deadlineNs;

  /// Begins now.
  ///
  /// @param budget for everything
  Closing(Duration budget) {
    deadlineNs = System.nanoTime() + budget.toNanos();
  }

  /// What may fail.
  interface Step {
    void run() throws Exception;
  }

  /// What a step may take: so long, or what is left when that is less.
  Duration atMost(Duration most) {
    long leftNs = Math.max(0, deadlineNs - System.nanoTime());
    return leftNs < most.toNanos() ? Duration.ofNanos(leftNs) : most;
  }

  /// A step that does not wait, or only as long as `atMost` says.
  void step(String what, Step step) {
    try {
      step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("stopping {}: {}", what, e.getMessage());
      LOG.debug("stopping {}", what, e);
    }
  }

  /// A step that may hang: it gets a thread of its own, which is left behind when its time is over.
  ///
  /// @return whether it ended
  boolean within(Duration most, String what, Step step) {
    Duration time = atMost(most);
    Thread thread = new Thread(() -> step(what, step), "stop-" + what.replace(' ', '-'));
    thread.setDaemon(true);
    thread.start();
    try {
      if (thread.join(time)) {
        return true;
      }
      LOG.warn("stopping {}: not done within {} ms, left as it is", what, time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /// Closes what is there.
  void close(String what, AutoCloseable closeable) {
    if (closeable != null) {
      step(what, closeable::close);
    }
  }
}
