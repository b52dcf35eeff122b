package io.coreaudit.agent;

import io.coreaudit.agent.control.StatusReport;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import java.util.Map;

/// Makes the `heartbeat` event: that this node is there, and how its ledger stands. Where none
/// comes any more, a receiver knows that the node is silent and not just quiet.
///
/// It tells the same figures as `status`, so that the two cannot differ. Counts are since the start
/// of the agent.
final class Pulse {
  private Pulse() {}

  /// The event.
  ///
  /// @param report how the agent stands
  /// @param seq number of the event that the spool accepted last
  /// @param spoolMostBytes the most that the spool took since the last heartbeat
  static OwnEvent of(StatusReport report, long seq, long spoolMostBytes) {
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
    return fields.build();
  }
}
