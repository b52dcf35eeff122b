package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.record.RuleKeys;
import io.coreaudit.rule.RuleProblem.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Finds what a rule's clauses mean on a host, one behind the other as auditctl does: a clause may
/// depend on those in front of it.
///
/// For one rule, then to be thrown away.
final class RuleResolver {
  private static final int ALL_ACCESS =
      AuditConstants.AUDIT_PERM_READ
          | AuditConstants.AUDIT_PERM_WRITE
          | AuditConstants.AUDIT_PERM_EXEC
          | AuditConstants.AUDIT_PERM_ATTR;
  private static final int MASK_BITS = AuditConstants.AUDIT_BITMASK_SIZE * Integer.SIZE;

  private static final String EXCLUDE_FIELDS =
      ": expected msgtype, pid, uid, gid, auid, subj_* or exe";

  private final RuleEnvironment environment;
  private final FieldValues values;
  private final List<Remark> remarks = new ArrayList<>();
  private final List<Condition> conditions = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private final List<Integer> syscalls = new ArrayList<>();
  private boolean everySyscall;
  private boolean syscallsGiven;
  private boolean watch;
  // What auditctl wants in front of a key: a syscall, a kind of access, a program, a file system.
  private boolean keyAllowed;
  private int keyColumn;
  private int elf;
  private RuleVerb verb;
  private RuleList list;
  private RuleAction action;

  /// What is to be said of a rule that is taken.
  record Remark(int column, Severity severity, String message) {}

  RuleResolver(RuleEnvironment environment) {
    this.environment = environment;
    this.values = new FieldValues(environment, remarks);
  }

  List<Remark> remarks() {
    return remarks;
  }

  RuleVerb verb() {
    return verb;
  }

  Rule rule() {
    SyscallSet set = everySyscall ? new SyscallSet.Every() : new SyscallSet.These(syscalls);
    return new Rule(list, action, set, conditions);
  }

  void resolve(List<Clause> clauses) throws RefusedException {
    for (Clause clause : clauses) {
      switch (clause) {
        case Clause.Place c -> place(c);
        case Clause.Watch c -> watch(c);
        case Clause.SystemCalls c -> systemCalls(c);
        case Clause.Field c -> field(c);
        case Clause.Compare c -> compare(c);
        case Clause.Key c -> key(c);
        case Clause.Permissions c -> permissions(c);
      }
    }
    if (list == null) {
      throw new RefusedException(0, "no list: expected -a, -A, -d, -w or -W");
    }
    everySyscall |= !syscallsGiven && list != RuleList.TASK;
    if (!keys.isEmpty()) {
      if (!keyAllowed && !syscallsGiven && remarks.isEmpty()) {
        auditctlRefuses(keyColumn, "a key needs -S, perm, path, dir, exe or fstype in front of it");
      }
      checkSplit(keyColumn, RuleField.KEY.word(), Operator.EQUAL, String.join("", keys));
      add(keyColumn, new Condition.Keys(Operator.EQUAL, keys));
    }
  }

  private void auditctlRefuses(int column, String why) {
    remarks.add(
        new Remark(
            column, Severity.NOT_FOR_AUDITCTL, "the kernel takes this, auditctl does not: " + why));
  }

  private void add(int column, Condition condition) throws RefusedException {
    if (conditions.size() >= AuditConstants.AUDIT_MAX_FIELDS - 1) {
      throw new RefusedException(
          column, "more than " + (AuditConstants.AUDIT_MAX_FIELDS - 1) + " fields");
    }
    conditions.add(condition);
  }

  private void place(Clause.Place place) throws RefusedException {
    if (verb != null) {
      throw new RefusedException(
          place.column(),
          watch ? "-w and -a do not go together" : "a line has one of -a, -A, -d, and once");
    }
    if (syscallsGiven && place.list() != RuleList.EXIT) {
      throw new RefusedException(
          place.column(),
          place.list().hasSyscalls()
              ? "-S must stand behind the " + place.list().word() + " list"
              : "the "
                  + place.list().word()
                  + " list knows no system calls: -S is for exit and"
                  + " io_uring");
    }
    verb = place.verb();
    list = place.list();
    action = place.action();
  }

  private void watch(Clause.Watch clause) throws RefusedException {
    if (verb != null || syscallsGiven) {
      throw new RefusedException(
          clause.column(),
          watch ? "a line has one of -w, -W, and once" : "-w and -W come first, and without -a");
    }
    String path = FieldValues.watchedPath(clause.column(), clause.path(), remarks);
    boolean directory = environment.isDirectory(path);
    verb = clause.verb();
    list = RuleList.EXIT;
    action = RuleAction.ALWAYS;
    watch = true;
    everySyscall = true;
    syscallsGiven = true;
    keyAllowed = true;
    conditions.add(
        new Condition.Text(directory ? RuleField.DIR : RuleField.PATH, Operator.EQUAL, path));
    conditions.add(new Condition.Access(Operator.EQUAL, ALL_ACCESS));
  }

  private void permissions(Clause.Permissions clause) throws RefusedException {
    if (list == null) {
      throw new RefusedException(clause.column(), "-p must stand behind -w or -a");
    }
    if (conditions.isEmpty()) {
      throw new RefusedException(clause.column(), "-p must stand behind a field");
    }
    if (list != RuleList.EXIT && list != RuleList.IO_URING) {
      exitOnly(RuleField.PERM, clause.column());
    }
    Condition access = new Condition.Access(Operator.EQUAL, clause.mask());
    boolean found = false;
    for (int i = 0; i < conditions.size(); i++) {
      if (conditions.get(i) instanceof Condition.Access) {
        conditions.set(i, access);
        found = true;
      }
    }
    if (!found) {
      add(clause.column(), access);
    }
    keyAllowed = true;
  }

  private void systemCalls(Clause.SystemCalls clause) throws RefusedException {
    if (list != null && !list.hasSyscalls()) {
      throw new RefusedException(
          clause.column(),
          "the " + list.word() + " list knows no system calls: -S is for exit and io_uring");
    }
    boolean archless = elf == 0 && list != RuleList.IO_URING;
    if (archless) {
      elf = environment.architecture().elf();
    }
    int column = clause.column();
    for (String name : clause.names()) {
      if (name.equals("all")) {
        everySyscall = true;
      } else if (list == RuleList.IO_URING) {
        syscalls.add(operation(column, name));
      } else {
        int number = systemCall(column, name);
        syscalls.add(number);
        if (archless) {
          warnOf32Bits(column, name, number, clause.names());
        }
      }
      column += name.length() + 1;
    }
    syscallsGiven = true;
  }

  private int operation(int column, String name) throws RefusedException {
    OptionalInt known = ValueNames.uringOperation(name);
    return known.isPresent()
        ? known.getAsInt()
        : bit(column, name, "no operation of io_uring is called " + name);
  }

  private int systemCall(int column, String name) throws RefusedException {
    Architecture architecture = Architecture.of(elf);
    int number = architecture.syscall(name);
    if (number < 0) {
      return bit(column, name, unknownSyscall(architecture, name));
    }
    String spelled = architecture.syscallName(number);
    boolean alias = architecture == Architecture.I386 && name.equalsIgnoreCase("madvise1");
    if (!spelled.equalsIgnoreCase(name) && !alias) {
      auditctlRefuses(column, "it calls " + name + " " + spelled);
    }
    return number;
  }

  /// Without an architecture a number holds for both tables; no harm when the other is given too.
  private void warnOf32Bits(int column, String name, int number, List<String> names) {
    Architecture other = environment.architecture().b32();
    boolean known = environment.architecture().syscall(name) == number;
    if (known
        && other != null
        && other.syscall(name) != number
        && !names.contains(Integer.toString(other.syscall(name)))) {
      remarks.add(
          new Remark(
              column,
              Severity.WARNING,
              name
                  + " has another number for 32-bit programs: give arch=b64, and a second rule with"
                  + " arch=b32"));
    }
  }

  private String unknownSyscall(Architecture architecture, String name) {
    StringBuilder message =
        new StringBuilder(architecture.word()).append(" has no system call ").append(name);
    for (Architecture other :
        new Architecture[] {environment.architecture(), environment.architecture().b32()}) {
      if (other != null && other != architecture && other.syscall(name) >= 0) {
        message.append("; ").append(other.word()).append(" has");
      }
    }
    return message.toString();
  }

  private static int bit(int column, String text, String why) throws RefusedException {
    CNumber number = CNumber.unsigned(text);
    if (number == null || !number.isWhole()) {
      throw new RefusedException(column, why);
    }
    if (number.value() >= MASK_BITS) {
      throw new RefusedException(column, text + ": expected a number from 0 to " + (MASK_BITS - 1));
    }
    return number.word();
  }

  private void field(Clause.Field clause) throws RefusedException {
    if (list == null) {
      throw new RefusedException(clause.column(), "-F must stand behind the list (-a, -A, -d, -w)");
    }
    RuleField field = RuleField.of(clause.field());
    if (field == null) {
      throw new RefusedException(
          clause.column(),
          "no field is called " + clause.field() + "; expected one of " + RuleField.names());
    }
    checkSplit(clause.column(), clause.field(), clause.operator(), clause.value());
    checkList(field, clause.column());
    checkOperator(field, clause);
    switch (field) {
      case ARCH -> architecture(clause);
      case PERM ->
          add(
              clause.column(),
              new Condition.Access(
                  clause.operator(),
                  ClauseReader.permissions(clause.valueColumn(), clause.value())));
      case KEY -> {
        if (!keyAllowed && !syscallsGiven) {
          auditctlRefuses(
              clause.column(), "a key needs -S, perm, path, dir, exe or fstype in front of it");
        }
        add(
            clause.column(),
            new Condition.Keys(
                clause.operator(), List.of(keyText(clause.valueColumn(), clause.value()))));
      }
      default -> add(clause.column(), values.condition(field, clause));
    }
    switch (field) {
      case PERM, PATH, DIR, EXE, FSTYPE -> keyAllowed = true;
      default -> {
        // does not tell what a key would be for
      }
    }
  }

  private void checkSplit(int column, String field, Operator operator, String value) {
    if (Operator.libauditSplit(field + operator.sign() + value) != field.length()) {
      auditctlRefuses(column, "it takes an operator within the value for the operator");
    }
  }

  private void checkList(RuleField field, int column) throws RefusedException {
    if (field == RuleField.AUID_SET) {
      auditctlRefuses(column, "it has no name for this field");
    }
    switch (list) {
      case EXIT -> {
        // knows every field but the two below
      }
      case IO_URING -> {
        if (field.isForExitOnly()) {
          auditctlRefuses(column, field.word() + " is for its exit list only");
        }
      }
      case EXCLUDE -> {
        if (!field.isForExclude()) {
          throw new RefusedException(
              column, "the exclude list does not know " + field.word() + EXCLUDE_FIELDS);
        }
      }
      case USER -> {
        exitOnly(field, column);
        if (!field.isForExclude()) {
          remarks.add(
              new Remark(
                  column,
                  Severity.WARNING,
                  "the user list does not look at "
                      + field.word()
                      + ": this rule never matches, and those behind it are not looked at"));
        }
      }
      case TASK, FILESYSTEM -> exitOnly(field, column);
    }
    if (field == RuleField.MSGTYPE && list != RuleList.EXCLUDE && list != RuleList.USER) {
      throw new RefusedException(
          column, "msgtype is for the exclude and user lists, not for " + list.word());
    }
    if (field == RuleField.FSTYPE && list != RuleList.FILESYSTEM) {
      throw new RefusedException(
          column, "fstype is for the filesystem list, not for " + list.word());
    }
    if (field == RuleField.SESSIONID && list == RuleList.IO_URING) {
      auditctlRefuses(column, "sessionid is for its exit, user and exclude lists only");
    }
    if (field == RuleField.SESSIONID && (list == RuleList.TASK || list == RuleList.FILESYSTEM)) {
      throw new RefusedException(
          column, "sessionid is for the exclude, user and exit lists, not for " + list.word());
    }
  }

  private void exitOnly(RuleField field, int column) throws RefusedException {
    if (field.isForExitOnly()) {
      throw new RefusedException(
          column, field.word() + " is for the exit list, not for " + list.word());
    }
  }

  private static void checkOperator(RuleField field, Clause.Field clause) throws RefusedException {
    Operator operator = clause.operator();
    boolean equalOnly = field == RuleField.PERM;
    boolean equality = KernelObjection.takesEqualityOnly(field);
    if (equalOnly && operator != Operator.EQUAL) {
      throw new RefusedException(
          clause.column(), field.word() + operator.sign() + ": expected " + field.word() + "=");
    }
    if (equality && !operator.isEquality()) {
      throw new RefusedException(
          clause.column(),
          field.word() + operator.sign() + ": expected " + field.word() + "= or !=");
    }
  }

  private void architecture(Clause.Field clause) throws RefusedException {
    if (syscallsGiven) {
      throw new RefusedException(clause.column(), "arch must stand in front of -S");
    }
    elf = values.architecture(clause.valueColumn(), clause.value());
    add(clause.column(), new Condition.OfArchitecture(clause.operator(), elf));
  }

  private void compare(Clause.Compare clause) throws RefusedException {
    RuleField left = RuleField.of(clause.left());
    RuleField right = RuleField.of(clause.right());
    if (left == null || right == null) {
      throw new RefusedException(
          clause.column(),
          "-C "
              + clause.left()
              + clause.operator().sign()
              + clause.right()
              + ": expected two fields that hold users, or two that hold groups");
    }
    if (list == RuleList.IO_URING) {
      auditctlRefuses(clause.column(), "-C is for its exit list only");
    } else if (list != RuleList.EXIT) {
      throw new RefusedException(clause.column(), "-C is for the exit list, and stands behind it");
    }
    Comparison comparison = Comparison.of(left, right);
    if (comparison == null) {
      throw new RefusedException(
          clause.column(),
          "the kernel cannot compare "
              + left.word()
              + " with "
              + right.word()
              + ": expected two of auid, uid, euid, suid, fsuid, obj_uid, or two of gid, egid,"
              + " sgid, fsgid, obj_gid");
    }
    add(clause.column(), new Condition.Compared(clause.operator(), comparison));
  }

  private void key(Clause.Key clause) throws RefusedException {
    if (list == null) {
      throw new RefusedException(
          clause.column(), "a key must stand behind the list (-a, -A, -d, -w)");
    }
    if (list == RuleList.EXCLUDE || list == RuleList.USER) {
      throw new RefusedException(
          clause.column(),
          "a rule of the " + list.word() + " list with a key never matches, and no rule behind it");
    }
    if (!clause.asField() && !keyAllowed && !syscallsGiven) {
      auditctlRefuses(
          clause.column(), "-k needs -S, perm, path, dir, exe or fstype in front of it");
    }
    keys.add(keyText(clause.column(), clause.key()));
    keyColumn = keyColumn == 0 ? clause.column() : keyColumn;
    if (bytes(RuleKeys.join(keys)) > AuditConstants.AUDIT_MAX_KEY_LEN) {
      throw new RefusedException(
          clause.column(),
          "the keys have more than " + AuditConstants.AUDIT_MAX_KEY_LEN + " bytes together");
    }
  }

  private static String keyText(int column, String key) throws RefusedException {
    if (key.isEmpty()) {
      throw new RefusedException(column, "expected a key");
    }
    if (bytes(key) > AuditConstants.AUDIT_MAX_KEY_LEN) {
      throw new RefusedException(
          column, "the key has more than " + AuditConstants.AUDIT_MAX_KEY_LEN + " bytes");
    }
    return key;
  }

  static int bytes(String text) {
    return text.chars().allMatch(c -> c < 0x80) ? text.length() : EscapedUtf8.encode(text).length;
  }
}
