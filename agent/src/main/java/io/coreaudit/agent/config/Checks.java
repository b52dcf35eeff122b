package io.coreaudit.agent.config;

import java.util.ArrayList;
import java.util.List;

/// What is wrong with the values of one record, gathered before it is refused.
final class Checks {
  /// One fault: the key it belongs to, and what is wrong.
  record Fault(ConfigKey key, String text) {}

  /// The refusal of a record, with all its faults.
  static final class Refused extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // never serialized
    private final List<Fault> faults;

    Refused(List<Fault> faults) {
      super(
          String.join(
              "; ",
              faults.stream().map(fault -> fault.key().key() + ": " + fault.text()).toList()));
      this.faults = faults;
    }

    List<Fault> faults() {
      return faults;
    }
  }

  private final List<Fault> faults = new ArrayList<>();

  /// Holds a number to the bounds of its key.
  Checks within(ConfigKey key, long value) {
    ValueType.Number type = (ValueType.Number) key.type();
    return that(
        type.within(value),
        key,
        type.format(value) + " is out of bounds: expected " + type.bounds());
  }

  /// Holds whatever else must hold.
  Checks that(boolean holds, ConfigKey key, String text) {
    if (!holds) {
      faults.add(new Fault(key, text));
    }
    return this;
  }

  /// Refuses the record when anything was wrong.
  void done() {
    if (!faults.isEmpty()) {
      throw new Refused(List.copyOf(faults));
    }
  }
}
