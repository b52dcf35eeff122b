package io.coreaudit.origin;

import io.coreaudit.telemetry.Counters;

/// Finds name and executable of parent processes: what the stream itself told of them, else /proc.
///
/// What was told more than a second ago is asked of /proc again: the process may have executed
/// another program meanwhile, or its number may belong to another. One that /proc knows no more
/// keeps its name for 10 s, because its children may still be told of; so a name may be wrong for a
/// second after an execution that no record told.
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
      if (known && files != null && !processes.isFresh(place, nowMs) && mayRead(nowMs)) {
        if (read(pid, place)) {
          processes.told(place, nowMs);
          counters.increment(OriginCounter.PARENTS_READ);
          return place;
        }
        processes.checked(place, nowMs);
      }
      counters.increment(known ? OriginCounter.PARENTS_REMEMBERED : OriginCounter.PARENTS_UNKNOWN);
      return known ? place : -1;
    }
    if (files == null || !mayRead(nowMs)) {
      counters.increment(OriginCounter.PARENTS_UNKNOWN);
      return -1;
    }
    place = processes.put(pid, nowMs);
    if (!read(pid, place)) {
      counters.increment(OriginCounter.PARENTS_UNKNOWN);
      return -1;
    }
    counters.increment(OriginCounter.PARENTS_READ);
    return place;
  }

  // False, and nothing changed: the process is gone.
  private boolean read(int pid, int place) {
    int name = files.name(pid, processes.name(place), ProcessTable.NAME_BYTES);
    if (name == 0) {
      return false;
    }
    processes.nameLength(place, name);
    processes.executableLength(
        place, files.executable(pid, processes.executable(place), ProcessTable.EXECUTABLE_BYTES));
    return true;
  }

  private boolean mayRead(long nowMs) {
    // The events' own time, which goes back a little now and then: no second begins twice.
    if (nowMs / 1000 > second) {
      second = nowMs / 1000;
      reads = 0;
    }
    return reads++ < READS_PER_SECOND;
  }
}
