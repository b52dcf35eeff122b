package io.coreaudit.intake;

import java.util.List;

/// What is left out while the spool is nearly full.
///
/// @param atPercent how full it is then; 0: nothing is ever left out
/// @param lastKeys keys of rules whose events are never left out
/// @param lastTypes record types whose events are never left out
public record ShedSettings(int atPercent, List<String> lastKeys, List<Integer> lastTypes) {
  /// Nothing is ever left out.
  public static final ShedSettings NEVER = new ShedSettings(0, List.of(), List.of());

  /// Copies the lists.
  public ShedSettings {
    lastKeys = List.copyOf(lastKeys);
    lastTypes = List.copyOf(lastTypes);
  }
}
