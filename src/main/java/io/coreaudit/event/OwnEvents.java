package io.coreaudit.event;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/// The way of the agent's own events to the one thread that writes the spool.
///
/// Any thread offers, the intake thread takes. An event stays in front until the spool has taken
/// it. Bounded: what does not fit is counted, and the count is told by a `gap` event.
public final class OwnEvents {
  private final ArrayBlockingQueue<OwnEvent> queue;
  private final Runnable wake;
  private final AtomicLong refused = new AtomicLong();

  /// Creates an empty queue.
  ///
  /// @param capacity number of events that may wait
  /// @param wake called after each offer, to end the intake thread's wait
  public OwnEvents(int capacity, Runnable wake) {
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.wake = wake;
  }

  /// Hands an event over. False: the queue is full, and the event is counted as refused.
  public boolean offer(OwnEvent event) {
    boolean taken = queue.offer(event);
    if (!taken) {
      refused.incrementAndGet();
    }
    wake.run();
    return taken;
  }

  /// The event in front, or null; it stays. Intake thread only.
  public OwnEvent peek() {
    return queue.peek();
  }

  /// Takes the event in front away. Intake thread only.
  public void remove() {
    queue.remove();
  }

  /// How many events wait.
  public int size() {
    return queue.size();
  }

  /// How many events were refused since this was last asked.
  public long takeRefused() {
    return refused.getAndSet(0);
  }
}
