package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.kernel.LinuxConstants;
import io.coreaudit.rule.RuleProblem.Severity;
import io.coreaudit.rule.RuleResolver.Remark;
import java.util.List;
import java.util.OptionalInt;

/// Reads the values of fields: names to numbers, as libaudit does.
final class FieldValues {
  private static final int NAME_MAX = 255;
  private static final int AF_MAX = 46;
  private static final int HEXADECIMAL = 16;
  private static final String UNSET = "unset";

  private final RuleEnvironment environment;
  private final List<Remark> remarks;

  FieldValues(RuleEnvironment environment, List<Remark> remarks) {
    this.environment = environment;
    this.remarks = remarks;
  }

  /// The condition of a field that is compared with a plain number or text.
  Condition condition(RuleField field, Clause.Field clause) throws RefusedException {
    return switch (field.kind()) {
      case TEXT -> new Condition.Text(field, clause.operator(), text(field, clause));
      case USER -> number(field, clause, user(field, clause));
      case GROUP -> number(field, clause, group(clause));
      case RECORD_TYPE -> number(field, clause, recordType(clause));
      case SESSION -> number(field, clause, session(clause));
      case EXIT -> number(field, clause, exit(clause));
      case FILE_TYPE -> number(field, clause, fileType(clause));
      case FILE_SYSTEM -> number(field, clause, fileSystem(clause));
      case ARGUMENT -> number(field, clause, signed(clause, "a number"));
      case ADDRESS_FAMILY -> number(field, clause, addressFamily(clause));
      case NUMBER -> number(field, clause, unsigned(clause, "a number"));
      case ARCHITECTURE, PERMISSIONS ->
          throw new IllegalArgumentException(field.word() + " is no plain number");
    };
  }

  private static Condition number(RuleField field, Clause.Field clause, int value) {
    return field == RuleField.FIELD_COMPARE && Comparison.of(value) != null
        ? new Condition.Compared(clause.operator(), Comparison.of(value))
        : new Condition.Number(field, clause.operator(), value);
  }

  private static RefusedException expected(Clause.Field clause, String what) {
    return new RefusedException(
        clause.valueColumn(),
        clause.field() + clause.operator().sign() + clause.value() + ": expected " + what);
  }

  private int take(Clause.Field clause, CNumber number) throws RefusedException {
    if (!number.fits()) {
      throw expected(clause, "a number of 32 bits");
    }
    if (!number.isWhole()) {
      remarks.add(
          new Remark(
              clause.valueColumn(),
              Severity.WARNING,
              clause.field()
                  + clause.operator().sign()
                  + clause.value()
                  + " is read as "
                  + number.value()
                  + ": '"
                  + number.rest()
                  + "' is no digit"));
    }
    return number.word();
  }

  private int unsigned(Clause.Field clause, String what) throws RefusedException {
    CNumber number = CNumber.unsigned(clause.value());
    if (number == null) {
      throw expected(clause, what);
    }
    return take(clause, number);
  }

  private int signed(Clause.Field clause, String what) throws RefusedException {
    CNumber number = CNumber.signed(clause.value());
    if (number == null) {
      throw expected(clause, what);
    }
    return take(clause, number);
  }

  private int user(RuleField field, Clause.Field clause) throws RefusedException {
    CNumber number = CNumber.signed(clause.value());
    if (number != null) {
      return take(clause, number);
    }
    if (clause.value().equals(UNSET)) {
      return AuditConstants.AUDIT_UID_UNSET;
    }
    OptionalInt user = environment.user(clause.value());
    if (user.isEmpty()) {
      throw expected(
          clause, "a number, a user of this host" + (field == RuleField.AUID ? ", or unset" : ""));
    }
    return user.getAsInt();
  }

  private int group(Clause.Field clause) throws RefusedException {
    CNumber number = CNumber.unsigned(clause.value());
    if (number != null) {
      return take(clause, number);
    }
    OptionalInt group = environment.group(clause.value());
    if (group.isEmpty()) {
      throw expected(clause, "a number, or a group of this host");
    }
    return group.getAsInt();
  }

  private int session(Clause.Field clause) throws RefusedException {
    return clause.value().equals(UNSET)
        ? AuditConstants.AUDIT_UID_UNSET
        : signed(clause, "a number, or unset");
  }

  private int exit(Clause.Field clause) throws RefusedException {
    CNumber number = CNumber.signed(clause.value());
    if (number != null) {
      return take(clause, number);
    }
    OptionalInt exit = ValueNames.exit(clause.value());
    if (exit.isEmpty()) {
      throw expected(clause, "a number, or an error such as -EACCES");
    }
    if (exit.getAsInt() > 0) {
      remarks.add(
          new Remark(
              clause.valueColumn(),
              Severity.WARNING,
              "no system call returns " + clause.value() + ": an error has a minus in front"));
    }
    return exit.getAsInt();
  }

  private int recordType(Clause.Field clause) throws RefusedException {
    CNumber number = CNumber.unsigned(clause.value());
    if (number != null) {
      return take(clause, number);
    }
    OptionalInt type = ValueNames.recordType(clause.value());
    if (type.isEmpty()) {
      throw expected(clause, "a record type such as CWD, or its number");
    }
    return type.getAsInt();
  }

  private int fileType(Clause.Field clause) throws RefusedException {
    OptionalInt type = ValueNames.fileType(clause.value());
    if (type.isPresent()) {
      return type.getAsInt();
    }
    CNumber number = CNumber.unsigned(clause.value());
    if (number == null || ValueNames.fileType(number.word()) == null || !number.isWhole()) {
      throw expected(clause, "one of " + ValueNames.fileTypes());
    }
    remarks.add(
        new Remark(
            clause.valueColumn(),
            Severity.NOT_FOR_AUDITCTL,
            "auditctl lists file types as numbers, but takes them by name only"));
    return number.word();
  }

  private int fileSystem(Clause.Field clause) throws RefusedException {
    CNumber number = CNumber.unsigned(clause.value());
    if (number != null) {
      return take(clause, number);
    }
    OptionalInt type = ValueNames.fileSystem(clause.value());
    if (type.isEmpty()) {
      throw expected(clause, "one of " + ValueNames.fileSystems() + ", or a number");
    }
    return type.getAsInt();
  }

  private int addressFamily(Clause.Field clause) throws RefusedException {
    int family = unsigned(clause, "a number");
    if (family < 0 || family >= AF_MAX) {
      throw expected(clause, "a number below " + AF_MAX);
    }
    return family;
  }

  private static String text(RuleField field, Clause.Field clause) throws RefusedException {
    String text = clause.value();
    int bytes = RuleResolver.bytes(text);
    if (bytes > LinuxConstants.PATH_MAX) {
      throw new RefusedException(
          clause.valueColumn(),
          field.word() + " has " + bytes + " bytes, more than " + LinuxConstants.PATH_MAX);
    }
    return text;
  }

  /// The number of an architecture.
  int architecture(int column, String text) throws RefusedException {
    Architecture host = environment.architecture();
    Architecture found;
    if (text.equalsIgnoreCase("b64")) {
      found = host.b64();
    } else if (text.equalsIgnoreCase("b32")) {
      found = host.b32();
    } else if (CNumber.unsigned(text) != null) {
      found = Architecture.of(CNumber.unsigned(text).word());
    } else {
      found = Architecture.of(text);
      if (found == null) {
        found = hexadecimal(text);
      }
    }
    if (found == null) {
      throw new RefusedException(
          column,
          "arch="
              + text
              + ": expected "
              + (host.b64() == null ? "" : "b64, ")
              + (host.b32() == null ? "" : "b32, ")
              + "or one of "
              + Architecture.names());
    }
    return found.elf();
  }

  private static Architecture hexadecimal(String text) {
    try {
      return Architecture.of(Integer.parseUnsignedInt(text, HEXADECIMAL));
    } catch (NumberFormatException notHexadecimal) {
      return null;
    }
  }

  /// The path of `-w` as auditctl sends it.
  static String watchedPath(int column, String written, List<Remark> remarks)
      throws RefusedException {
    if (RuleResolver.bytes(written) >= LinuxConstants.PATH_MAX) {
      throw new RefusedException(
          column, "the path has more than " + (LinuxConstants.PATH_MAX - 1) + " bytes");
    }
    if (!written.startsWith("/")) {
      throw new RefusedException(column, written + ": expected a path that begins with /");
    }
    String path = written;
    if (path.length() > 2) {
      while (path.length() > 1 && path.endsWith("/")) {
        path = path.substring(0, path.length() - 1);
      }
    }
    if (RuleResolver.bytes(path.substring(path.lastIndexOf('/') + 1)) > NAME_MAX) {
      throw new RefusedException(
          column, "the last name of the path has more than " + NAME_MAX + " bytes");
    }
    if (path.contains("..")) {
      remarks.add(new Remark(column, Severity.WARNING, path + ": '..' is not followed in a watch"));
    }
    if (path.indexOf('*') >= 0 || path.indexOf('?') >= 0) {
      remarks.add(new Remark(column, Severity.WARNING, path + ": a watch knows no wildcards"));
    }
    return path;
  }
}
