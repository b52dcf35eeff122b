package io.coreaudit.forward;

import io.coreaudit.telemetry.Counters;
import java.util.ArrayDeque;

/// What was decided on events that the cursor has not passed: counted when it does. After a step
/// back they are read and decided anew, or are gone and counted as that; so each is counted once,
/// under one name, and counters never fall.
final class CountsAhead {
  private static final class Run {
    private final long[] counts = new long[SinkCounter.values().length];
    private long position;
  }

  private final Counters<SinkCounter> counters;
  private final ArrayDeque<Run> runs = new ArrayDeque<>(); // by position
  private boolean isCut = true;

  CountsAhead(Counters<SinkCounter> counters) {
    this.counters = counters;
  }

  /// Counts events once the cursor passes a position.
  void add(SinkCounter as, long events, long position) {
    if (isCut) {
      runs.addLast(new Run());
      isCut = false;
    }
    Run run = runs.getLast();
    run.counts[as.ordinal()] += events;
    run.position = position;
  }

  /// What is added from now on has positions of its own: those before it were handed to the sink.
  void cut() {
    isCut = true;
  }

  /// The cursor is there.
  void passed(long position) {
    while (!runs.isEmpty() && runs.getFirst().position <= position) {
      Run run = runs.removeFirst();
      for (SinkCounter as : counters.keys()) {
        counters.add(as, run.counts[as.ordinal()]);
      }
    }
    isCut |= runs.isEmpty();
  }

  /// All behind the cursor is read again.
  void steppedBack() {
    runs.clear();
    isCut = true;
  }
}
