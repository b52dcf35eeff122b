package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.record.RuleKeys;
import io.coreaudit.rule.AuditRuleData.Field;
import java.util.List;
import java.util.Locale;

/// Prints rules exactly as `auditctl -l` does.
///
/// That is not always what one would write: users stand as numbers, arguments in hexadecimal, a
/// rule of a path and kinds of access as `-w`, whatever its action. [RuleText] writes what reads
/// back. Where versions of auditctl differ, the newest (4.2) is followed.
public final class RuleListing {
  private static final int IO_URING_OPERATIONS = 65;

  private final Architecture host;

  /// Creates a printer.
  ///
  /// @param host whose names stand for system calls of rules without `arch=`
  public RuleListing(Architecture host) {
    this.host = host;
  }

  /// The line of a rule.
  public String line(AuditRuleData rule) {
    StringBuilder line = new StringBuilder();
    boolean watch = isWatch(rule);
    if (!watch) {
      head(rule, line);
    }
    for (Field field : rule.fields()) {
      field(field, watch, line);
    }
    return line.toString();
  }

  /// Whether auditctl takes it for a watch: nothing but a place, kinds of access and keys, and all
  /// system calls.
  private static boolean isWatch(AuditRuleData rule) {
    boolean perm = false;
    for (Field field : rule.fields()) {
      switch (field.number()) {
        case AuditConstants.AUDIT_PERM -> perm = true;
        case AuditConstants.AUDIT_FILTERKEY,
            AuditConstants.AUDIT_DIR,
            AuditConstants.AUDIT_WATCH -> {
          // goes with a watch
        }
        default -> {
          return false;
        }
      }
    }
    return perm && (!hasSyscalls(rule) || everyWord(rule, AuditConstants.AUDIT_BITMASK_SIZE - 1));
  }

  private static int list(AuditRuleData rule) {
    return rule.flags() & ~AuditConstants.AUDIT_FILTER_PREPEND;
  }

  private static boolean hasSyscalls(AuditRuleData rule) {
    return switch (list(rule)) {
      case AuditConstants.AUDIT_FILTER_USER,
          AuditConstants.AUDIT_FILTER_TASK,
          AuditConstants.AUDIT_FILTER_EXCLUDE,
          AuditConstants.AUDIT_FILTER_FS ->
          false;
      default -> true;
    };
  }

  private static boolean everyWord(AuditRuleData rule, int words) {
    int[] mask = rule.mask();
    for (int i = 0; i < words; i++) {
      if (mask[i] != ~0) {
        return false;
      }
    }
    return true;
  }

  private void head(AuditRuleData rule, StringBuilder line) {
    RuleAction action = RuleAction.of(rule.action());
    RuleList list = RuleList.of(list(rule));
    line.append("-a ")
        .append(action == null ? rule.action() : action.word())
        .append(',')
        .append(list == null ? list(rule) : list.word());
    int elf = host.elf();
    for (Field field : rule.fields()) {
      if (field.number() == AuditConstants.AUDIT_ARCH) {
        elf = field.value();
        line.append(" -F arch").append(sign(field)).append(architecture(elf));
      }
    }
    if (hasSyscalls(rule)) {
      syscalls(rule, elf, line);
    }
  }

  private static String architecture(int elf) {
    if (Architecture.of(elf) == null) {
      return "0x" + hex(elf);
    }
    return Architecture.is64Bit(elf) ? "b64" : "b32";
  }

  private static String hex(int value) {
    return Integer.toHexString(value).toUpperCase(Locale.ROOT);
  }

  private static void syscalls(AuditRuleData rule, int elf, StringBuilder line) {
    boolean ioUring = list(rule) == AuditConstants.AUDIT_FILTER_URING_EXIT;
    if (everyWord(rule, AuditConstants.AUDIT_BITMASK_SIZE - 1)) {
      line.append(" -S all");
      return;
    }
    Architecture architecture = Architecture.of(elf);
    String separator = " -S ";
    int end = ioUring ? IO_URING_OPERATIONS : AuditConstants.AUDIT_BITMASK_SIZE * Integer.SIZE;
    for (int number = 0; number < end; number++) {
      if (rule.matches(number)) {
        String name =
            ioUring
                ? ValueNames.uringOperation(number)
                : architecture == null ? null : architecture.syscallName(number);
        line.append(separator).append(name == null ? String.valueOf(number) : name);
        separator = ",";
      }
    }
  }

  private static String sign(Field field) {
    Operator operator = Operator.of(field.operator() & AuditConstants.AUDIT_OPERATORS);
    return operator == null ? "(null)" : operator.sign();
  }

  private static void field(Field field, boolean watch, StringBuilder line) {
    RuleField known = RuleField.of(field.number());
    if (known == null || known == RuleField.AUID_SET) {
      line.append(" f").append(field.number()).append(sign(field)).append(field.value());
      return;
    }
    switch (known) {
      case ARCH -> {
        // stands in front already
      }
      case PATH, DIR -> {
        if (watch) {
          line.append("-w ").append(field.string());
        } else {
          plain(known, field, field.string(), line);
        }
      }
      case KEY -> {
        for (String key : RuleKeys.split(field.string())) {
          if (!key.isEmpty()) {
            line.append(watch ? " -k " : " -F key=").append(key);
          }
        }
      }
      case PERM ->
          line.append(watch ? " -p " : " -F perm=").append(ValueNames.permissions(field.value()));
      case FIELD_COMPARE -> {
        Comparison comparison = Comparison.of(field.value());
        if (comparison != null) {
          line.append(" -C ")
              .append(comparison.left().word())
              .append(sign(field))
              .append(comparison.right().word());
        }
      }
      default -> plain(known, field, value(known, field), line);
    }
  }

  private static void plain(RuleField known, Field field, String value, StringBuilder line) {
    line.append(" -F ").append(known.word()).append(sign(field)).append(value);
  }

  private static String value(RuleField known, Field field) {
    return switch (known.kind()) {
      case TEXT -> field.string();
      case ARGUMENT -> "0x" + hex(field.value());
      case EXIT -> ValueNames.exit(field.value());
      case RECORD_TYPE -> ValueNames.recordType(field.value());
      case FILE_SYSTEM -> {
        String name = ValueNames.fileSystem(field.value());
        yield name == null ? Integer.toString(field.value()) : name;
      }
      default ->
          known == RuleField.INODE
              ? Integer.toUnsignedString(field.value())
              : Integer.toString(field.value());
    };
  }

  /// The lines of several rules, in their order.
  public List<String> lines(List<AuditRuleData> rules) {
    return rules.stream().map(this::line).toList();
  }
}
