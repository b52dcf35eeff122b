package io.coreaudit.rule;

import java.util.List;

/// One option of a rule's line, as written. Names of fields, users and system calls are still
/// words; what they stand for depends on the host.
public sealed interface Clause {
  /// Where it begins in its line.
  int column();

  /// `-a list,action`, `-A`, `-d`, in either order.
  ///
  /// @param verb which of the three
  record Place(int column, RuleVerb verb, RuleList list, RuleAction action) implements Clause {}

  /// `-w path` or `-W path`: all that a rule for one path needs.
  ///
  /// @param verb APPEND or DELETE
  /// @param path as written
  record Watch(int column, RuleVerb verb, String path) implements Clause {}

  /// `-S name`, `-S number`, `-S all`, or several with commas between.
  ///
  /// @param names what stood between the commas
  record SystemCalls(int column, List<String> names) implements Clause {
    /// Copies the list.
    public SystemCalls {
      names = List.copyOf(names);
    }
  }

  /// `-F field operator value`.
  ///
  /// @param field the word in front of the operator
  /// @param value what stands behind it
  /// @param valueColumn where that begins
  record Field(int column, String field, Operator operator, String value, int valueColumn)
      implements Clause {}

  /// `-C field=field` or `-C field!=field`.
  record Compare(int column, String left, Operator operator, String right) implements Clause {}

  /// `-k key` or `-F key=key`; several are joined.
  ///
  /// @param asField whether it was written with `-F`
  record Key(int column, String key, boolean asField) implements Clause {}

  /// `-p letters`.
  ///
  /// @param mask AUDIT_PERM_…
  record Permissions(int column, int mask) implements Clause {}
}
