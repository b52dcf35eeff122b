package io.coreaudit.agent.config;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.EventSelection;

/// Which events a sink is given.
///
/// @param wanted an empty list wants all
/// @param unwanted what is left out
public record FilterConfig(EventSelection.Names wanted, EventSelection.Names unwanted) {
  /// Checks the values.
  public FilterConfig {
    boolean noAudit =
        unwanted.kinds().contains(EventKind.AUDIT)
            || !wanted.kinds().isEmpty() && !wanted.kinds().contains(EventKind.AUDIT);
    String both = " stands in both lists: nothing of it would go";
    String pointless = "no event has any: kind audit is left out";
    Checks checks = new Checks();
    for (EventKind kind : unwanted.kinds()) {
      checks.that(
          !wanted.kinds().contains(kind), ConfigKey.SINK_FILTER_EXCLUDE_KINDS, kind.label() + both);
    }
    for (String key : unwanted.keys()) {
      checks.that(!wanted.keys().contains(key), ConfigKey.SINK_FILTER_EXCLUDE_KEYS, key + both);
    }
    for (Integer type : unwanted.types()) {
      checks.that(
          !wanted.types().contains(type),
          ConfigKey.SINK_FILTER_EXCLUDE_TYPES,
          io.coreaudit.record.RecordTypes.name(type) + both);
    }
    checks
        .that(!noAudit || wanted.keys().isEmpty(), ConfigKey.SINK_FILTER_KEYS, pointless)
        .that(!noAudit || wanted.types().isEmpty(), ConfigKey.SINK_FILTER_TYPES, pointless)
        .that(!noAudit || unwanted.keys().isEmpty(), ConfigKey.SINK_FILTER_EXCLUDE_KEYS, pointless)
        .that(
            !noAudit || unwanted.types().isEmpty(), ConfigKey.SINK_FILTER_EXCLUDE_TYPES, pointless)
        .done();
  }

  /// The same, compiled.
  public EventSelection selection() {
    return new EventSelection(wanted, unwanted);
  }
}
