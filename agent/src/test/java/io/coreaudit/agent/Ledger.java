package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/// The sums that every stage owes: in = out + dropped by reason.
///
/// @param metrics as `/metrics` tells them
record Ledger(Map<String, Long> metrics) {
  /// Checks every stage of an agent at rest with one sink.
  void shouldBalanceAtRest(String sink) {
    shouldBalance();
    String label = "{sink=\"" + sink + "\"}";
    long sent = value("coreaudit_sink_events_sent_total" + label);
    assertThat(sent)
        .as("sent = acknowledged + repeated + held")
        .isEqualTo(
            value("coreaudit_sink_events_acknowledged_total" + label)
                + value("coreaudit_sink_retried_events_total" + label)
                + value("coreaudit_sink_held_events" + label));
    assertThat(sent - value("coreaudit_sink_retried_events_total" + label))
        .as("what the spool took was sent")
        .isEqualTo(value("coreaudit_spool_appended_total"));
  }

  /// Checks every stage up to the spool.
  void shouldBalance() {
    assertThat(intake("messages"))
        .as("messages")
        .isEqualTo(
            sum("intake", "records", "control", "malformed", "truncated", "foreign", "blank"));
    assertThat(value("coreaudit_assembler_records_in_total"))
        .as("records")
        .isEqualTo(intake("records"))
        .isEqualTo(
            sum("assembler", "records_out", "eoe_eaten", "records_no_stamp", "records_too_long")
                + value("coreaudit_assembler_records_open"));
    assertThat(intake("events"))
        .as("events")
        .isEqualTo(value("coreaudit_assembler_events_out_total"))
        .isEqualTo(sum("intake", "accepted", "refused", "canaries", "shed"));
    assertThat(value("coreaudit_spool_offered_total"))
        .as("frames offered")
        .isEqualTo(
            sum(
                "spool",
                "appended",
                "refused_no_space",
                "refused_bound",
                "refused_too_large",
                "refused_failed"));
    assertThat(value("coreaudit_spool_appended_total"))
        .as("frames appended")
        .isEqualTo(sum("intake", "accepted", "own_accepted"));
  }

  private long intake(String name) {
    return value("coreaudit_intake_" + name + "_total");
  }

  private long sum(String stage, String... names) {
    long sum = 0;
    for (String name : names) {
      sum += value("coreaudit_" + stage + "_" + name + "_total");
    }
    return sum;
  }

  private long value(String name) {
    assertThat(metrics).containsKey(name);
    return metrics.get(name);
  }
}
