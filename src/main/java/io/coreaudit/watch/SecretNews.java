package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.mount.Mount;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Tells which secrets are not covered, and which are again: twenty a minute one by one, the others
/// as a number. A kernel that refuses everything would else fill the spool with ten thousand events
/// that all say the same. Any thread.
final class SecretNews {
  private static final int MOST_A_MINUTE = 20;
  private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

  private final Consumer<OwnEvent> tell;
  private final LongSupplier clock;
  private long beganNs;
  private int told;
  private int uncovered;
  private int covered;
  private String lastReason = "";

  SecretNews(Consumer<OwnEvent> tell, LongSupplier clock) {
    this.tell = tell;
    this.clock = clock;
    this.beganNs = clock.getAsLong();
  }

  /// One is not covered.
  synchronized void uncovered(Mount secret, String reason) {
    if (mayTell()) {
      tell(secret, "uncovered", reason);
    } else {
      uncovered++;
      lastReason = reason;
    }
  }

  /// One that was not covered is.
  synchronized void covered(Mount secret, String detail) {
    if (mayTell()) {
      tell(secret, "covered", detail);
    } else {
      covered++;
    }
  }

  private boolean mayTell() {
    sumUp();
    return ++told <= MOST_A_MINUTE;
  }

  private void tell(Mount secret, String state, String detail) {
    tell.accept(
        OwnEvent.of(EventKind.WATCH)
            .with("state", state)
            .with("path", secret.mountPoint())
            .with("key", SecretSettings.KEY)
            .with("detail", detail)
            .build());
  }

  /// Tells how many were not told one by one, when their minute is over.
  synchronized void sumUp() {
    long nowNs = clock.getAsLong();
    if (nowNs - beganNs < MINUTE_NS) {
      return;
    }
    if (uncovered > 0) {
      sum("uncovered", uncovered, lastReason);
    }
    if (covered > 0) {
      sum("covered", covered, null);
    }
    beganNs = nowNs;
    told = 0;
    uncovered = 0;
    covered = 0;
  }

  private void sum(String state, int secrets, String detail) {
    tell.accept(
        OwnEvent.of(EventKind.WATCH)
            .with("state", state)
            .with("path", "further mounted secrets")
            .with("key", SecretSettings.KEY)
            .with("secrets", secrets)
            .with("detail", detail)
            .build());
  }
}
