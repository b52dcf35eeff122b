package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/// Writes a rule so that it reads back as the same: `-a always,exit -F arch=b64 -S openat -F
/// auid>=1000 -F key=etc`.
///
/// System calls of a rule without `arch=` stand as numbers, as the kernel has them: their names
/// would depend on the reader.
public final class RuleText {
  private RuleText() {}

  /// The rule as a line of this machine's.
  public static String of(AuditRuleData rule) {
    return of(rule, Architecture.host());
  }

  /// The rule as a line of another machine's.
  ///
  /// @param host decides what is `b64` and `b32`
  public static String of(AuditRuleData data, Architecture host) {
    Rule rule;
    try {
      rule = Rule.of(data);
    } catch (IllegalArgumentException e) {
      return "-a " + data.action() + "," + data.flags();
    }
    StringBuilder text = new StringBuilder(data.inFront() ? "-A " : "-a ");
    text.append(rule.action().word()).append(',').append(rule.list().word());
    // An architecture stands in front of the system calls; all else keeps its place, too: rules
    // that
    // differ in the order of their conditions are two to the kernel.
    int front = 0;
    Architecture architecture = null;
    for (int i = 0; i < rule.conditions().size(); i++) {
      if (rule.conditions().get(i) instanceof Condition.OfArchitecture c) {
        architecture = Architecture.of(c.elf());
        front = i + 1;
      }
    }
    for (int i = 0; i < front; i++) {
      text.append(condition(rule.conditions().get(i), host));
    }
    if (rule.list().hasSyscalls()) {
      text.append(syscalls(rule, architecture));
    }
    for (int i = front; i < rule.conditions().size(); i++) {
      text.append(condition(rule.conditions().get(i), host));
    }
    return text.toString();
  }

  private static String architecture(int elf, Architecture host) {
    if (host.b64() != null && host.b64().elf() == elf) {
      return "b64";
    }
    if (host.b32() != null && host.b32().elf() == elf) {
      return "b32";
    }
    Architecture known = Architecture.of(elf);
    return known == null ? "0x" + Integer.toHexString(elf) : known.word();
  }

  private static String syscalls(Rule rule, Architecture architecture) {
    return switch (rule.syscalls()) {
      case SyscallSet.Every _ -> " -S all";
      case SyscallSet.These these -> {
        StringJoiner names = new StringJoiner(",");
        for (int number : these.numbers()) {
          names.add(name(rule.list(), architecture, number));
        }
        yield these.numbers().isEmpty() ? " -S ," : " -S " + names;
      }
    };
  }

  private static String name(RuleList list, Architecture architecture, int number) {
    String name = null;
    if (list == RuleList.IO_URING) {
      name = ValueNames.uringOperation(number);
    } else if (architecture != null) {
      name = architecture.syscallName(number);
    }
    return name == null ? String.valueOf(number) : name;
  }

  private static String condition(Condition condition, Architecture host) {
    return switch (condition) {
      case Condition.OfArchitecture c ->
          " -F arch" + c.operator().sign() + architecture(c.elf(), host);
      case Condition.Text c -> field(c.field(), c.operator(), c.text());
      case Condition.Number c -> field(c.field(), c.operator(), number(c));
      case Condition.Access c ->
          field(RuleField.PERM, c.operator(), ValueNames.permissions(c.mask()));
      case Condition.Compared c ->
          " -C "
              + c.comparison().left().word()
              + c.operator().sign()
              + c.comparison().right().word();
      case Condition.Keys c ->
          c.operator() == Operator.EQUAL
              ? keys(c.keys())
              : field(RuleField.KEY, c.operator(), c.joined());
      case Condition.Unknown c -> " -F f" + c.field() + "?" + Integer.toUnsignedString(c.value());
    };
  }

  private static String keys(List<String> keys) {
    return keys.stream()
        .map(key -> field(RuleField.KEY, Operator.EQUAL, key))
        .collect(Collectors.joining());
  }

  private static String field(RuleField field, Operator operator, String value) {
    return " -F " + field.word() + operator.sign() + Word.escape(value);
  }

  private static String number(Condition.Number c) {
    int value = c.value();
    return switch (c.field().kind()) {
      case USER, SESSION ->
          value == AuditConstants.AUDIT_UID_UNSET ? "unset" : Integer.toUnsignedString(value);
      case EXIT -> ValueNames.exit(value);
      case RECORD_TYPE -> {
        String name = ValueNames.recordType(value);
        yield name.startsWith("-") ? Integer.toUnsignedString(value) : name;
      }
      case ARGUMENT -> "0x" + Integer.toHexString(value);
      case FILE_TYPE -> {
        String name = ValueNames.fileType(value);
        yield name == null ? Integer.toUnsignedString(value) : name;
      }
      case FILE_SYSTEM -> {
        String name = ValueNames.fileSystem(value);
        yield name == null ? Integer.toUnsignedString(value) : name;
      }
      default -> Integer.toUnsignedString(value);
    };
  }
}
