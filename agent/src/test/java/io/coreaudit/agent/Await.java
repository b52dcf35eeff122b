package io.coreaudit.agent;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Waiting for what other processes do.
final class Await {
  private static final long LOOK_MILLIS = 20;

  private Await() {}

  /// A condition that may fail to be looked at.
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  /// Waits until a condition holds; fails with what was expected and how things stand.
  static void until(Duration within, String expected, Supplier<?> state, Condition condition)
      throws Exception {
    long deadlineNs = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("not within " + within + ": " + expected + "; " + state.get());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /// Waits until a figure has stood still for a while.
  static void still(Duration quiet, Duration within, LongSupplier figure) throws Exception {
    long deadlineNs = System.nanoTime() + within.toNanos();
    long last = figure.getAsLong();
    long sinceNs = System.nanoTime();
    while (System.nanoTime() - sinceNs < quiet.toNanos()) {
      Thread.sleep(LOOK_MILLIS);
      long now = figure.getAsLong();
      if (now != last) {
        last = now;
        sinceNs = System.nanoTime();
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("still moving after " + within + ", at " + now);
      }
    }
  }
}
