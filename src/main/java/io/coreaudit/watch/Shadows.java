package io.coreaudit.watch;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.mount.Places;
import io.coreaudit.record.RecordType;
import io.coreaudit.rule.Architecture;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.Condition;
import io.coreaudit.rule.Operator;
import io.coreaudit.rule.Rule;
import io.coreaudit.rule.RuleAction;
import io.coreaudit.rule.RuleField;
import io.coreaudit.rule.RuleList;
import io.coreaudit.rule.RuleListing;
import io.coreaudit.rule.SyscallSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Finds the rules of others that take from a rule of ours what it should see: a `never` rule
/// before it in its list, one that keeps tasks from being audited at all, one that excludes the
/// records by which an access is told.
///
/// A rule that takes only some of it (of one user, of one program) counts as well. One that is
/// about another path, or about system calls that touch no file by its name, does not. Paths are
/// compared by where they lie, not by their names; one that leads nowhere here counts.
final class Shadows {
  private static final Set<Integer> TELLING =
      Set.of(RecordType.SYSCALL, RecordType.PATH, RecordType.URINGOP);
  private static final Set<Integer> CHANGES = Set.of(RecordType.CONFIG_CHANGE);
  private static final String[] BY_NAME = {
    "open",
    "openat",
    "openat2",
    "creat",
    "fanotify_mark",
    "open_by_handle_at",
    "truncate",
    "truncate64",
    "ftruncate",
    "ftruncate64",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "setxattrat",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "removexattrat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "mknod",
    "mknodat",
    "execve",
    "execveat",
    "readlink",
    "readlinkat",
    "getxattr",
    "lgetxattr",
    "fgetxattr",
    "getxattrat",
    "listxattr",
    "llistxattr",
    "flistxattr",
    "listxattrat",
    "utimensat",
    "name_to_handle_at",
    "quotactl",
    "mount",
    "fallocate"
  };

  private final Map<AuditRuleData, Integer> places = new HashMap<>();
  private final List<Foreign> foreign = new ArrayList<>();
  private final RuleListing listing = new RuleListing(Architecture.host());
  private final Supplier<Places> look;
  private Places where;
  private String hidesChanges;

  /// A rule of somebody else.
  private record Foreign(AuditRuleData data, Rule rule, int at) {}

  /// Looks at what the kernel holds.
  ///
  /// @param held list by list in the kernel's order
  /// @param ours which of it is ours
  /// @param look asked where paths lie when the first rule is about one
  Shadows(List<AuditRuleData> held, Set<AuditRuleData> ours, Supplier<Places> look) {
    this.look = look;
    for (int i = 0; i < held.size(); i++) {
      AuditRuleData data = held.get(i);
      places.putIfAbsent(data, i);
      if (mayTake(data)) {
        try {
          take(new Foreign(data, Rule.of(data), i), ours.contains(data));
        } catch (IllegalArgumentException unknown) {
          // Of a list or an action that this agent does not know.
          continue;
        }
      }
    }
  }

  private void take(Foreign other, boolean ours) {
    if (!ours) {
      foreign.add(other);
    }
    if (other.rule().list() == RuleList.EXCLUDE && excludes(other.rule(), CHANGES)) {
      hidesChanges = listing.line(other.data());
    }
  }

  /// The rule, whoever loaded it, by which the kernel does not tell of all changes of rules; null
  /// when it does.
  String hidesChanges() {
    return hidesChanges;
  }

  /// Whether a rule takes from every rule what it should see, wherever they stand: it keeps tasks
  /// from being audited, or excludes records by which an access is told.
  static boolean blinds(AuditRuleData data) {
    if (!mayTake(data)) {
      return false;
    }
    try {
      return takesFromAll(Rule.of(data));
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }

  private static boolean takesFromAll(Rule rule) {
    return rule.list() == RuleList.TASK && rule.action() == RuleAction.NEVER
        || rule.list() == RuleList.EXCLUDE && excludes(rule, TELLING);
  }

  private static boolean mayTake(AuditRuleData data) {
    return RulePlan.isNever(data) || RulePlan.list(data) == AuditConstants.AUDIT_FILTER_EXCLUDE;
  }

  /// Why a rule of ours does not see all that it should; null when it does.
  ///
  /// @param justLoaded whether it was put at the end of its list since
  /// @param attached where else it watches, by what is attached to its directory
  String over(AuditRuleData ours, boolean justLoaded, List<String> attached) {
    return over(foreign, ours, justLoaded, attached);
  }

  /// Why a rule of ours does not see all of its path, by rules about paths alone; null when it
  /// does, or is about none.
  ///
  /// @param justLoaded whether it was put at the end of its list since
  String overPath(AuditRuleData ours, boolean justLoaded) {
    List<Foreign> ofPaths =
        RulePlan.place(ours).isEmpty()
            ? List.of()
            : foreign.stream().filter(other -> !RulePlan.place(other.data()).isEmpty()).toList();
    return over(ofPaths, ours, justLoaded, List.of());
  }

  private String over(
      List<Foreign> others, AuditRuleData ours, boolean justLoaded, List<String> attached) {
    if (others.isEmpty() || RulePlan.isNever(ours)) {
      return null;
    }
    int at = justLoaded ? Integer.MAX_VALUE : places.getOrDefault(ours, Integer.MAX_VALUE);
    for (Foreign other : others) {
      if (takes(other, ours, at, attached)) {
        return "shadowed by " + listing.line(other.data());
      }
    }
    return null;
  }

  private boolean takes(Foreign other, AuditRuleData ours, int at, List<String> attached) {
    Rule rule = other.rule();
    return switch (rule.list()) {
      case TASK, EXCLUDE -> takesFromAll(rule);
      case EXIT, IO_URING ->
          rule.list().number() == RulePlan.list(ours)
              && other.at() < at
              && meets(rule, ours)
              && (mayMeet(rule, RulePlan.place(ours))
                  || attached.stream().anyMatch(place -> mayReach(rule, place)));
      case USER, FILESYSTEM -> false;
    };
  }

  private static boolean excludes(Rule rule, Set<Integer> types) {
    for (Condition condition : rule.conditions()) {
      if (condition instanceof Condition.Number number && number.field() == RuleField.MSGTYPE) {
        return types.stream().anyMatch(type -> holds(number.operator(), type, number.value()));
      }
    }
    // Everything, or everything of some processes.
    return true;
  }

  private static boolean holds(Operator operator, int left, int right) {
    return switch (operator) {
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
      case LESS_THAN -> left < right;
      case LESS_THAN_OR_EQUAL -> left <= right;
      case GREATER_THAN -> left > right;
      case GREATER_THAN_OR_EQUAL -> left >= right;
      default -> true;
    };
  }

  /// Whether both may be about one call that touches a file by its name.
  private static boolean meets(Rule rule, AuditRuleData ours) {
    if (!(rule.syscalls() instanceof SyscallSet.These these)) {
      return true;
    }
    Set<Integer> both = new HashSet<>(these.numbers());
    both.removeIf(number -> !ours.matches(number));
    if (rule.list() == RuleList.IO_URING) {
      return !both.isEmpty();
    }
    Set<Integer> byName = new HashSet<>();
    for (Architecture architecture : architectures(rule)) {
      for (String name : BY_NAME) {
        byName.add(architecture.syscall(name));
      }
    }
    return both.stream().anyMatch(byName::contains);
  }

  private static List<Architecture> architectures(Rule rule) {
    for (Condition condition : rule.conditions()) {
      if (condition instanceof Condition.OfArchitecture arch
          && arch.operator() == Operator.EQUAL
          && Architecture.of(arch.elf()) != null) {
        return List.of(Architecture.of(arch.elf()));
      }
    }
    Architecture host = Architecture.host();
    return host.b32() == null ? List.of(host) : List.of(host, host.b32());
  }

  /// Whether both may be about one file.
  private boolean mayMeet(Rule rule, String place) {
    return place.isEmpty() || places(rule).allMatch(other -> where().mayMeet(other, place));
  }

  private boolean mayReach(Rule rule, String place) {
    return places(rule).allMatch(other -> where().mayReach(other, place));
  }

  /// The paths that a rule is about: one, or none.
  private static Stream<String> places(Rule rule) {
    return rule.conditions().stream()
        .filter(Condition.Text.class::isInstance)
        .map(Condition.Text.class::cast)
        .filter(text -> text.field() == RuleField.DIR || text.field() == RuleField.PATH)
        .filter(text -> text.operator() == Operator.EQUAL)
        .map(Condition.Text::text);
  }

  private Places where() {
    if (where == null) {
      where = look.get();
    }
    return where;
  }
}
