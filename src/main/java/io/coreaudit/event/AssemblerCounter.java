package io.coreaudit.event;

import io.coreaudit.telemetry.CounterKey;

/// What the assembler counts.
///
/// `RECORDS_IN = RECORDS_OUT + EOE_EATEN + RECORDS_NO_STAMP + RECORDS_TOO_LONG + RECORDS_OPEN`.
public enum AssemblerCounter implements CounterKey {
  RECORDS_IN("Records given to the assembler."),
  RECORDS_OUT("Records in events handed on."),
  EVENTS_OUT("Events handed on."),
  EOE_EATEN("End-of-event records that are no part of an event: they only say that it is over."),
  RECORDS_NO_STAMP("Records dropped because they have no valid stamp."),
  RECORDS_TOO_LONG("Records dropped because they are longer than a quarter of the ring."),
  TIMED_OUT("Events that ended because no record came for 2 s."),
  UNENDED("Events of the kernel that timed out with all their records but PROCTITLE."),
  FORCED_RING("Events cut short because the ring was full; told by a gap event."),
  FORCED_TABLE("Events cut short because 4096 were open; told by a gap event."),
  FORCED_WHOLE("Events ended early, ring or table being full, of which nothing was missing."),
  INCOMPLETE("Events of which records are missing."),
  REPEATED("Further events of a stamp that was complete before."),
  RECORDS_OPEN("Records of events that are not complete yet.", true),
  EVENTS_OPEN("Events that are not complete yet.", true);

  private final String sentence;
  private final boolean gauge;

  AssemblerCounter(String sentence) {
    this(sentence, false);
  }

  AssemblerCounter(String sentence, boolean gauge) {
    this.sentence = sentence;
    this.gauge = gauge;
  }

  @Override
  public String sentence() {
    return sentence;
  }

  @Override
  public boolean gauge() {
    return gauge;
  }
}
