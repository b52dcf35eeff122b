package io.coreaudit.backfill;

import io.coreaudit.telemetry.CounterKey;

/// What became of the lines of auditd's log: `LINES` is the sum of all others but `EVENTS`.
public enum BackfillCounter implements CounterKey {
  LINES("Lines of auditd's log that were read."),
  RECORDS("Lines among them that are records of events that nobody had heard."),
  KNOWN("Records of events that are in the spool, or came live."),
  OTHER_BOOT("Records of before this boot."),
  OTHER_NODE("Records of other hosts."),
  NOT_LIVE("Auditd's own records (DAEMON_...) and ends of events, which never come live."),
  BROKEN("Lines that are no record, or not a whole one."),
  EVENTS("Events of before the start that were handed over.");

  private final String sentence;

  BackfillCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }

  @Override
  public boolean gauge() {
    return false;
  }
}
