package io.coreaudit.agent;

import java.io.IOException;
import java.io.OutputStream;

/// Gives an agent made-up events on its standard input, so many a second as long as it takes them,
/// and the next one after a kill those that follow.
final class Feeder implements AutoCloseable {
  private static final int MOST_AT_ONCE = 100;

  private final RunningAgent agent;
  private final long firstSerial;
  private final int perSecond;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile long given;

  /// Starts.
  ///
  /// @param firstSerial of the first event
  /// @param perSecond 0: as fast as it takes them
  /// @param most ends by itself after so many
  Feeder(RunningAgent agent, long firstSerial, int perSecond, long most) {
    this.agent = agent;
    this.firstSerial = firstSerial;
    this.perSecond = perSecond;
    thread = Thread.ofPlatform().daemon().name("feeder").start(() -> run(most));
  }

  private void run(long most) {
    long startNs = System.nanoTime();
    while (!stopping && given < most) {
      long due =
          perSecond == 0 ? most : (System.nanoTime() - startNs) * perSecond / 1_000_000_000 + 1;
      try {
        if (given < due && agent.process().isAlive()) {
          OutputStream in = agent.process().getOutputStream();
          int events = (int) Math.min(MOST_AT_ONCE, Math.min(due, most) - given);
          LineFeed.write(in, firstSerial + given, events);
          given += events;
        } else {
          Thread.sleep(10);
        }
      } catch (IOException e) {
        given++; // it was killed: what it had not accepted is nobody's
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /// Waits until it has given all.
  void await() throws InterruptedException {
    thread.join();
  }

  /// How many it has given; after a kill not all of them were taken.
  long given() {
    return given;
  }

  /// Stops giving.
  void stop() {
    stopping = true;
    try {
      thread.join(5_000); // one that waits for an agent which takes nothing ends with the tests
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
