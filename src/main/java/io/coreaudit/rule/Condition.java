package io.coreaudit.rule;

import io.coreaudit.record.RuleKeys;
import java.util.List;

/// What must hold of an event, with numbers in place of names.
public sealed interface Condition {
  /// A field is compared with a number.
  ///
  /// @param value 32 bits; whether they have a sign depends on the field
  record Number(RuleField field, Operator operator, int value) implements Condition {}

  /// A field is compared with a text: path, dir, exe, or a part of a SELinux context.
  record Text(RuleField field, Operator operator, String text) implements Condition {}

  /// The system call is one of an architecture.
  ///
  /// @param elf AUDIT_ARCH_…
  record OfArchitecture(Operator operator, int elf) implements Condition {}

  /// The access is of one of these kinds.
  ///
  /// @param mask AUDIT_PERM_…
  record Access(Operator operator, int mask) implements Condition {}

  /// Two ids of the event are compared with each other.
  record Compared(Operator operator, Comparison comparison) implements Condition {}

  /// No condition: the words by which the events are found.
  record Keys(Operator operator, List<String> keys) implements Condition {
    /// Copies the list.
    public Keys {
      keys = List.copyOf(keys);
    }

    /// As the kernel has them.
    public String joined() {
      return RuleKeys.join(keys);
    }
  }

  /// What a newer kernel lists and this agent does not know.
  record Unknown(int field, int operator, int value) implements Condition {}
}
