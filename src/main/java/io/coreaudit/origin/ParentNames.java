package io.coreaudit.origin;

import io.coreaudit.telemetry.Counters;

/// Finds name and executable of parent processes: what the stream itself told of them, else /proc.
///
/// At most 500 processes a second are looked up in /proc, so that a storm of short-lived processes
/// costs no more than 5 ms of that second; the rest stay unknown.
final class ParentNames {
  static final int READS_PER_SECOND = 500;

  private final ProcessTable processes;
  private final ProcFiles files; // null: the events are not of this moment
  private final Counters<OriginCounter> counters;
  private long second;
  private int reads;

  ParentNames(ProcessTable processes, ProcFiles files, Counters<OriginCounter> counters) {
    this.processes = processes;
    this.files = files;
    this.counters = counters;
  }

  /// The place of a process in the table, or -1.
  int find(int pid, long nowMs) {
    int place = processes.find(pid, nowMs);
    if (place >= 0) {
      boolean known = processes.nameLength(place) > 0;
      counters.increment(known ? OriginCounter.PARENTS_REMEMBERED : OriginCounter.PARENTS_UNKNOWN);
      return known ? place : -1;
    }
    if (files == null || !mayRead(nowMs)) {
      counters.increment(OriginCounter.PARENTS_UNKNOWN);
      return -1;
    }
    place = processes.put(pid, nowMs);
    int name = files.name(pid, processes.name(place), ProcessTable.NAME_BYTES);
    processes.nameLength(place, name);
    if (name == 0) {
      counters.increment(OriginCounter.PARENTS_UNKNOWN);
      return -1;
    }
    int executable =
        files.executable(pid, processes.executable(place), ProcessTable.EXECUTABLE_BYTES);
    processes.executableLength(place, executable);
    counters.increment(OriginCounter.PARENTS_READ);
    return place;
  }

  private boolean mayRead(long nowMs) {
    if (nowMs / 1000 != second) {
      second = nowMs / 1000;
      reads = 0;
    }
    return reads++ < READS_PER_SECOND;
  }
}
