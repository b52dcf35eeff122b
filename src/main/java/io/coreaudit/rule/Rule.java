package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.record.RuleKeys;
import io.coreaudit.rule.AuditRuleData.Field;
import java.util.ArrayList;
import java.util.List;

/// A rule as it is understood on a host: no names, no defaults. One rule, one [AuditRuleData], and
/// back.
///
/// @param conditions in the order in which the kernel looks at them
public record Rule(
    RuleList list, RuleAction action, SyscallSet syscalls, List<Condition> conditions) {
  /// Copies the list.
  public Rule {
    conditions = List.copyOf(conditions);
  }

  /// Reads a rule that the kernel listed, or that is about to be sent.
  ///
  /// @throws IllegalArgumentException when it is for a list, or has an action, that no kernel has
  public static Rule of(AuditRuleData data) {
    RuleList list = RuleList.of(data.flags() & ~AuditConstants.AUDIT_FILTER_PREPEND);
    RuleAction action = RuleAction.of(data.action());
    if (list == null || action == null) {
      throw new IllegalArgumentException(
          "flags=" + data.flags() + " action=" + data.action() + " is no rule's");
    }
    List<Condition> conditions = new ArrayList<>();
    for (Field field : data.fields()) {
      conditions.add(condition(field));
    }
    return new Rule(list, action, data.syscalls(), conditions);
  }

  private static Condition condition(Field field) {
    Operator operator = Operator.of(field.operator());
    RuleField known = RuleField.of(field.number());
    if (operator == null || known == null) {
      return new Condition.Unknown(field.number(), field.operator(), field.value());
    }
    return switch (known) {
      case ARCH -> new Condition.OfArchitecture(operator, field.value());
      case PERM -> new Condition.Access(operator, field.value());
      case KEY -> new Condition.Keys(operator, RuleKeys.split(field.string()));
      case FIELD_COMPARE -> {
        Comparison comparison = Comparison.of(field.value());
        yield comparison == null
            ? new Condition.Number(known, operator, field.value())
            : new Condition.Compared(operator, comparison);
      }
      default ->
          known.isText()
              ? new Condition.Text(known, operator, field.string())
              : new Condition.Number(known, operator, field.value());
    };
  }

  /// The rule as it goes over netlink, to be put at the end of its list or taken away.
  public AuditRuleData data() {
    return data(false);
  }

  /// The rule as it goes over netlink.
  ///
  /// @param inFront whether it is to be put in front of its list
  public AuditRuleData data(boolean inFront) {
    int flags = list.number() | (inFront ? AuditConstants.AUDIT_FILTER_PREPEND : 0);
    AuditRuleData.Builder builder = new AuditRuleData.Builder(flags, action.number());
    switch (syscalls) {
      case SyscallSet.Every _ -> builder.everySyscall();
      case SyscallSet.These these -> these.numbers().forEach(builder::syscall);
    }
    for (Condition condition : conditions) {
      switch (condition) {
        case Condition.Number c ->
            builder.number(c.field().number(), c.operator().flags(), c.value());
        case Condition.Text c -> builder.text(c.field().number(), c.operator().flags(), c.text());
        case Condition.OfArchitecture c ->
            builder.number(AuditConstants.AUDIT_ARCH, c.operator().flags(), c.elf());
        case Condition.Access c ->
            builder.number(AuditConstants.AUDIT_PERM, c.operator().flags(), c.mask());
        case Condition.Compared c ->
            builder.number(
                AuditConstants.AUDIT_FIELD_COMPARE, c.operator().flags(), c.comparison().number());
        case Condition.Keys c ->
            builder.text(AuditConstants.AUDIT_FILTERKEY, c.operator().flags(), c.joined());
        case Condition.Unknown c -> builder.number(c.field(), c.operator(), c.value());
      }
    }
    return builder.build();
  }

  /// Its keys; none when it has none.
  public List<String> keys() {
    for (Condition condition : conditions) {
      if (condition instanceof Condition.Keys keys) {
        return keys.keys();
      }
    }
    return List.of();
  }
}
