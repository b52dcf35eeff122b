package io.coreaudit.forward;

import java.util.concurrent.atomic.AtomicLong;

/// Numbers the answers of the brokers, so that of two it can be said which came first.
final class KafkaAnswers {
  private final Wakeup bell;
  private final AtomicLong count = new AtomicLong();
  private volatile long lastTaken;

  KafkaAnswers(Wakeup bell) {
    this.bell = bell;
  }

  /// Number of one more answer.
  long next() {
    return count.incrementAndGet();
  }

  /// Number of one more answer, which says that an event was taken.
  long taken() {
    long number = next();
    lastTaken = number;
    return number;
  }

  /// The last answer that said so; 0: none.
  long lastTaken() {
    return lastTaken;
  }

  /// Wakes the forwarder.
  void ring() {
    bell.ring();
  }
}
