package io.coreaudit.forward;

import io.coreaudit.json.Json;
import java.util.ArrayDeque;

/// Requests that Splunk accepted and has not said to be indexed, oldest first.
final class IndexerAcks {
  static final long NO_ACK = -1;
  private static final int MOST_WAITING = 64;

  private static final class Waiting {
    final long ackId;
    final long sinceNs = System.nanoTime();
    final int events;
    long position = Sink.NO_POSITION;
    boolean indexed;

    Waiting(long ackId, int events) {
      this.ackId = ackId;
      this.events = events;
      this.indexed = ackId == NO_ACK;
    }
  }

  private final ArrayDeque<Waiting> requests = new ArrayDeque<>();
  private int forgotten;
  private int indexedEvents;
  private long indexedPosition;

  boolean isEmpty() {
    return requests.isEmpty();
  }

  /// Whether another request may wait. Where nothing becomes indexed one is enough to find that
  /// out, and to be sent again.
  boolean hasRoom() {
    return requests.size() < (forgotten > 1 ? 1 : MOST_WAITING);
  }

  /// Whether acknowledgement seems not to work at all.
  boolean broken() {
    return forgotten > 1;
  }

  /// A request was accepted.
  ///
  /// @param ackId `NO_ACK`: it only waits for those before it
  void add(long ackId, int events) {
    requests.add(new Waiting(ackId, events));
  }

  /// With the youngest request a place in the spool is reached.
  void reaches(long position) {
    requests.getLast().position = position;
  }

  /// Numbers to ask for, commas between.
  String ids() {
    StringBuilder ids = new StringBuilder();
    for (Waiting request : requests) {
      if (!request.indexed) {
        ids.append(ids.isEmpty() ? "" : ",").append(request.ackId);
      }
    }
    return ids.toString();
  }

  /// Reads an answer; then `indexedEvents` and `indexedPosition` tell what is new.
  ///
  /// @param acks numbers and whether they are indexed
  void heard(Json acks) {
    indexedEvents = 0;
    indexedPosition = Sink.NO_POSITION;
    for (Waiting request : requests) {
      request.indexed |= acks.at(Long.toString(request.ackId)).isTrue();
    }
    while (!requests.isEmpty() && requests.peek().indexed) {
      Waiting request = requests.poll();
      forgotten = 0;
      indexedEvents += request.events;
      if (request.position != Sink.NO_POSITION) {
        indexedPosition = request.position;
      }
    }
  }

  int indexedEvents() {
    return indexedEvents;
  }

  /// `Sink.NO_POSITION`: none is reached.
  long indexedPosition() {
    return indexedPosition;
  }

  /// Whether the oldest waits longer than that.
  boolean waitsLonger(long patienceNs) {
    Waiting oldest = requests.peek();
    return oldest != null && System.nanoTime() - oldest.sinceNs > patienceNs;
  }

  /// Forgets what waits: all of it is sent again.
  void forget() {
    requests.clear();
    forgotten++;
  }
}
