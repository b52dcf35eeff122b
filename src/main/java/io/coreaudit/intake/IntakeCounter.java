package io.coreaudit.intake;

import io.coreaudit.telemetry.CounterKey;

/// What the intake thread counts.
///
/// Two identities hold at rest: `MESSAGES` = `RECORDS` + `CONTROL` + `MALFORMED` + `TRUNCATED` +
/// `FOREIGN` + `BLANK`, and `EVENTS` + `BACKFILLED` = `ACCEPTED` + `REFUSED` + `CANARIES` +
/// `OVER_RATE` + `REPEATED_READS` + `SHED`.
public enum IntakeCounter implements CounterKey {
  MESSAGES("Netlink messages or lines received."),
  RECORDS("Audit records handed to the assembler."),
  CONTROL("Control messages among the records (acknowledgements, AUDIT_REPLACE), sorted out."),
  MALFORMED("Messages or lines that are no audit record, skipped."),
  TRUNCATED("Messages longer than a record can be, or lines longer than the limit, skipped."),
  FOREIGN("Netlink messages that a process sent to the audit group, skipped."),
  BLANK("Empty lines."),
  OVERRUNS("Times that the kernel found the socket's receive buffer full (ENOBUFS)."),
  LONG_DRAINS("Times that the socket was not empty yet half a second after it ran over."),
  DROPPED_RECORDS("Records that the kernel dropped at our socket, as it counts."),
  LOST_EVENTS("Events that the kernel made and that never came, by their serials: an estimate."),
  UNSEEN_SERIALS("Serials that never came without an overrun: excluded records take serials too."),
  MISSED_EVENTS(
      "Events that the kernel made while no agent took them, or that a killed one had taken and not"
          + " written, by their serials: an estimate."),
  LATE_EVENTS("Events that came after they were counted as LOST_EVENTS, UNSEEN or MISSED."),
  STRAY_EVENTS(
      "Events of system calls that blocked for so long that nobody knows whether they were counted"
          + " as missing; nothing is told of them."),
  SERIAL_RESTARTS(
      "Times that the count of serials began anew, for the first was a call's of long ago: what was"
          + " lost there is not known."),
  EVENTS("Events that the assembler completed."),
  BACKFILLED("Events of before the start that were read from auditd's log."),
  ACCEPTED("Events that the spool accepted."),
  REFUSED("Events that the spool refused: disk full, bound reached, or failed."),
  CANARIES("Events that the agent itself provoked to hear whether it is deaf."),
  OVER_RATE("Events beyond what one container may have in a second (origin.container_rate)."),
  REPEATED_READS(
      "Accesses to secrets whose like was told within the minute, and that are summed up: reads by"
          + " a pod of its own (watch.secrets.repeat), and those beyond origin.container_rate."),
  SHED("Events left out because the spool was nearly full (spool.shed)."),
  TRUNCATED_EVENTS("Events cut at the largest frame: their last records are missing."),
  OWN_ACCEPTED("The agent's own events that the spool accepted."),
  OWN_REFUSED("The agent's own events that found their queue full, or the spool at the end."),
  OWN_HEARTBEATS("Heartbeats among the agent's own events that the spool accepted."),
  OWN_DRIFTS(
      "Events of kind drift among them: somebody changed what the agent keeps in the kernel."),
  SHED_LEVEL(
      "How hard the spool is pressed: 0 not; 1 events are counted by key and program; 2 to 5 they"
          + " are left out, the most frequent first.",
      true),
  RING_BYTES(
      "Bytes of the ring of records in use, freed ones that cannot be used yet included.", true),
  RING_MOST_BYTES("The most of the ring of records that was ever in use, in bytes.", true),
  EOE_LEFT_OUT(
      "1 while the kernel leaves end-of-event records out for us; 0 with other input, or when"
          + " events came without PROCTITLE: somebody excludes it.",
      true);

  private final String sentence;
  private final boolean gauge;

  IntakeCounter(String sentence) {
    this(sentence, false);
  }

  IntakeCounter(String sentence, boolean gauge) {
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
