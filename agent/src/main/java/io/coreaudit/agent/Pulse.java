package io.coreaudit.agent;

import io.coreaudit.agent.control.StatusReport;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.forward.Unsent;
import java.util.List;
import java.util.Map;

/// Makes the `heartbeat` event: that this node is there, and how its ledger stands. Where none
/// comes any more, a receiver knows that the node is silent and not just quiet.
///
/// It tells the same figures as `status`, so that the two cannot differ. Counts are since the start
/// of the agent.
final class Pulse {
  private Pulse() {}

  /// What became of the events that one sink was to have.
  ///
  /// @param out events that its receiver has, since start
  /// @param dropped events that it will never get, by reason, since start
  /// @param unsent which those are, since the last heartbeat
  record SinkLedger(String name, long out, Map<String, Long> dropped, Unsent unsent) {}

  /// The event.
  ///
  /// @param report how the agent stands
  /// @param sinks the ledger of each sink
  /// @param seq number of the event that the spool accepted last
  /// @param spoolMostBytes the most that the spool took since the last heartbeat
  /// @param chain tells how far the chain of hashes is, or null
  static OwnEvent of(
      StatusReport report,
      List<SinkLedger> sinks,
      long seq,
      long spoolMostBytes,
      ChainTeller chain) {
    StatusReport.Process agent = report.agent();
    OwnEvent.Fields fields =
        OwnEvent.of(EventKind.HEARTBEAT)
            .with("version", agent.version())
            .with("uptime_seconds", agent.uptimeSeconds())
            .with("ready", agent.ready() ? 1 : 0)
            .with("not_ready", agent.ready() ? null : String.join("; ", agent.reasons()))
            .with("seq", seq);
    for (StatusReport.LedgerLine stage : report.ledger()) {
      if (stage.in() != null) {
        fields.with(stage.stage() + "_in", stage.in());
        fields.with(stage.stage() + "_out", stage.out());
      }
      for (Map.Entry<String, Long> dropped : stage.dropped().entrySet()) {
        fields.with(stage.stage() + "_dropped_" + dropped.getKey(), dropped.getValue());
      }
    }
    if (report.kernel() != null) {
      fields.with("kernel_lost", report.kernel().lost());
    }
    fields
        .with("spool_state", report.spool().state())
        .with("spool_bytes", report.spool().sizeBytes())
        .with("spool_most_bytes", spoolMostBytes)
        .with("spool_max_bytes", report.spool().maxSizeBytes());
    for (StatusReport.SinkState sink : report.sinks()) {
      // Events of an earlier boot may wait before those of this one.
      fields.with("sink_" + sink.name() + "_cursor", Math.max(0, seq - sink.lagEvents()));
      fields.with("sink_" + sink.name() + "_lag", sink.lagEvents());
    }
    sinks.forEach(sink -> add(fields, sink));
    if (chain != null) {
      chain.tell(fields, agent.node());
    }
    return fields.build();
  }

  private static void add(OwnEvent.Fields fields, SinkLedger sink) {
    String lead = "sink_" + sink.name();
    fields.with(lead + "_out", sink.out());
    sink.dropped().forEach((reason, events) -> fields.with(lead + "_dropped_" + reason, events));
    Unsent unsent = sink.unsent();
    if (!unsent.ranges().isEmpty()) {
      fields.with(lead + "_unsent", unsent.ranges());
    }
    if (unsent.folded() > 0) {
      fields.with(lead + "_unsent_folded", unsent.folded());
    }
    if (unsent.earlier() > 0) {
      fields.with(lead + "_unsent_earlier", unsent.earlier());
    }
  }
}
