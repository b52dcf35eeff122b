package io.coreaudit.forward;

import java.util.ArrayDeque;
import java.util.Arrays;

/// The batch that a receiver over HTTP is asked to take, and what became of each of its events.
///
/// What is refused is halved, down to one event. That one is poison only when the receiver took
/// another one since it first refused this; until then it is a suspect: those behind it are tried,
/// then it is tried again. So a receiver that refuses everything destroys nothing.
///
/// A request that fails (5xx, a break, no answer) three times in a row is treated the same way, but
/// an event that fails alone is poison only after ten times and some minutes.
final class HttpBatch {
  /// What follows from a refusal.
  enum Fate {
    /// It is to be asked again, with other events or the same.
    AGAIN,
    /// It is to be asked again after a wait: nobody was taken for long.
    WAIT,
    /// `culprit` will never be taken.
    POISON
  }

  /// So many events are tried alone, without a wait, before another one must have been taken.
  static final int MOST_SUSPECTS = 8;

  private static final int MOST_FAILURES = 3;
  private static final int LEAST_TRIES = 10;

  private static final byte NEW = 0;
  private static final byte SENT = 1;
  private static final byte SUSPECT = 2;
  private static final byte SETTLED = 3;
  private static final long NEVER = -1;

  private static final class Suspect {
    final int event;
    final long sinceNs = System.nanoTime();
    int tries;

    Suspect(int event) {
      this.event = event;
    }
  }

  private final long patienceNs;
  private final Batch events = new Batch(Forwarder.BATCH_BYTES);
  private final ArrayDeque<Suspect> suspects = new ArrayDeque<>();
  private byte[] verdicts = new byte[64];
  private long[] blamedAt = new long[64];
  private int[] chosen = new int[64];
  private int count;
  private int unsettled;
  private int limit = Integer.MAX_VALUE;
  private int failures;
  private long acceptances;
  private int mayBePoison;
  private int culprit;

  /// @param patienceNs how long an event fails before it is given up
  HttpBatch(long patienceNs) {
    this.patienceNs = patienceNs;
  }

  /// Takes a batch over.
  void hold(Batch batch) {
    events.copy(batch);
    if (verdicts.length < events.events()) {
      verdicts = new byte[events.events() * 2];
      blamedAt = new long[events.events() * 2];
      chosen = new int[events.events() * 2];
    }
    Arrays.fill(verdicts, 0, events.events(), NEW);
    Arrays.fill(blamedAt, 0, events.events(), NEVER);
    suspects.clear();
    failures = 0;
    unsettled = events.events();
  }

  /// Gives up the batch: it comes again.
  void drop() {
    events.clear();
    suspects.clear();
    unsettled = 0;
    count = 0;
    failures = 0;
  }

  Batch events() {
    return events;
  }

  /// Number of events without a verdict.
  int unsettled() {
    return unsettled;
  }

  /// Whether nothing is left but suspects whom nothing in this batch can clear: only with younger
  /// events can it go on.
  boolean stuck() {
    return unsettled > 0
        && suspects.size() == unsettled
        && suspects.stream().noneMatch(suspect -> proven(suspect.event));
  }

  /// Chooses who goes with the next request; the number of those that went before.
  int choose() {
    count = 0;
    int again = 0;
    for (int i = 0; i < events.events() && count < limit; i++) {
      if (verdicts[i] == NEW || verdicts[i] == SENT) {
        again += verdicts[i] == SENT ? 1 : 0;
        verdicts[i] = SENT;
        chosen[count++] = i;
      }
    }
    if (count == 0 && !suspects.isEmpty()) {
      Suspect next = suspects.poll();
      suspects.add(next);
      chosen[count++] = next.event;
      again++;
    }
    return again;
  }

  int[] chosen() {
    return chosen;
  }

  /// Number of those that were chosen.
  int count() {
    return count;
  }

  /// Which event is poison.
  int culprit() {
    return culprit;
  }

  /// The receiver took at least one.
  void accepted() {
    acceptances++;
    failures = 0;
    mayBePoison = Math.max(MOST_SUSPECTS, suspects.size());
    if (limit < Integer.MAX_VALUE / 2) {
      limit *= 2;
    }
  }

  /// An event has its verdict.
  void settle(int event) {
    if (verdicts[event] != SETTLED) {
      if (verdicts[event] == SUSPECT) {
        suspects.removeIf(suspect -> suspect.event == event);
      }
      verdicts[event] = SETTLED;
      unsettled--;
    }
  }

  /// The receiver refused the request.
  Fate refused() {
    blame();
    if (count > 1) {
      limit = Math.max(1, count / 2);
      return Fate.AGAIN;
    }
    return refused(chosen[0]);
  }

  /// The receiver refused one event.
  Fate refused(int event) {
    Suspect suspect = suspect(event);
    if (proven(event)) {
      return poison(event);
    }
    suspect.tries++;
    boolean others = suspects.size() < unsettled;
    return others && suspects.size() < MOST_SUSPECTS ? Fate.AGAIN : Fate.WAIT;
  }

  /// The receiver failed over the request, or did not answer.
  Fate failed() {
    blame();
    boolean alone = count == 1;
    if (!(alone && verdicts[chosen[0]] == SUSPECT) && ++failures < MOST_FAILURES) {
      return Fate.WAIT;
    }
    failures = 0;
    if (!alone) {
      limit = Math.max(1, count / 2);
      return Fate.WAIT;
    }
    Suspect suspect = suspect(chosen[0]);
    suspect.tries++;
    boolean longEnough =
        suspect.tries >= LEAST_TRIES && System.nanoTime() - suspect.sinceNs >= patienceNs;
    return longEnough && proven(suspect.event) ? poison(suspect.event) : Fate.WAIT;
  }

  private void blame() {
    for (int i = 0; i < count; i++) {
      if (blamedAt[chosen[i]] == NEVER) {
        blamedAt[chosen[i]] = acceptances;
      }
    }
  }

  /// Whether another one was taken since this one was first refused.
  private boolean proven(int event) {
    return mayBePoison > 0 && acceptances > blamedAt[event];
  }

  private Fate poison(int event) {
    mayBePoison--;
    limit = 1;
    culprit = event;
    settle(event);
    return Fate.POISON;
  }

  private Suspect suspect(int event) {
    for (Suspect suspect : suspects) {
      if (suspect.event == event) {
        return suspect;
      }
    }
    if (blamedAt[event] == NEVER) {
      blamedAt[event] = acceptances;
    }
    Suspect suspect = new Suspect(event);
    suspects.add(suspect);
    verdicts[event] = SUSPECT;
    return suspect;
  }

  /// Position up to which all events have a verdict.
  long settledPosition() {
    long position = Sink.NO_POSITION;
    for (int i = 0; i < events.events() && verdicts[i] == SETTLED; i++) {
      if (events.settles(i)) {
        position = events.position(i);
      }
    }
    return position;
  }
}
