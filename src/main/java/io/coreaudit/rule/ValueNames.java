package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.record.RecordTypes;
import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NumberedNames;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/// Names for values of fields: errors, file types, file systems, operations of io_uring, kinds of
/// access. Read in either case, as libaudit does.
final class ValueNames {
  private static final Map<String, Integer> FILE_TYPES = new LinkedHashMap<>();
  private static final Map<String, Integer> FILE_SYSTEMS = new LinkedHashMap<>();
  private static final Map<String, Integer> ERRORS = numbers(KernelNames.errors());
  private static final Map<String, Integer> URING = numbers(KernelNames.uringOperations());

  // What the kernel keeps to itself is above; auditctl knows none of it.
  private static final int LAST_ERRNO = 133;

  static {
    FILE_TYPES.put("socket", 0140000);
    FILE_TYPES.put("link", 0120000);
    FILE_TYPES.put("file", 0100000);
    FILE_TYPES.put("block", 060000);
    FILE_TYPES.put("dir", 040000);
    FILE_TYPES.put("character", 020000);
    FILE_TYPES.put("fifo", 010000);
    FILE_SYSTEMS.put("tracefs", 0x74726163);
    FILE_SYSTEMS.put("debugfs", 0x64626720);
    FILE_SYSTEMS.put("cgroup", 0x27e0eb);
    FILE_SYSTEMS.put("cgroup2", 0x63677270);
    ERRORS.put("EWOULDBLOCK", ERRORS.get("EAGAIN"));
    ERRORS.put("EDEADLOCK", ERRORS.get("EDEADLK"));
  }

  private ValueNames() {}

  private static Map<String, Integer> numbers(NumberedNames names) {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < names.limit(); i++) {
      byte[] name = names.name(i);
      if (name != null) {
        numbers.put(new String(name, StandardCharsets.US_ASCII), i);
      }
    }
    return numbers;
  }

  /// `EPERM` or `-EPERM`, in either case; empty for what is no error.
  static OptionalInt exit(String text) {
    boolean minus = text.startsWith("-");
    Integer number = ERRORS.get((minus ? text.substring(1) : text).toUpperCase(Locale.ROOT));
    return number == null || number > LAST_ERRNO
        ? OptionalInt.empty()
        : OptionalInt.of(minus ? -number : number);
  }

  /// As auditctl writes it: `-EPERM`, `0`, `5`.
  static String exit(int value) {
    byte[] name = value < 0 && value >= -LAST_ERRNO ? KernelNames.errors().name(-value) : null;
    return name == null
        ? Integer.toString(value)
        : "-" + new String(name, StandardCharsets.US_ASCII);
  }

  static OptionalInt fileType(String name) {
    return find(FILE_TYPES, name);
  }

  /// The name, or null.
  static String fileType(int value) {
    return nameOf(FILE_TYPES, value);
  }

  static String fileTypes() {
    return String.join(", ", FILE_TYPES.keySet());
  }

  static OptionalInt fileSystem(String name) {
    return find(FILE_SYSTEMS, name);
  }

  /// The name, or null.
  static String fileSystem(int value) {
    return nameOf(FILE_SYSTEMS, value);
  }

  static String fileSystems() {
    return String.join(", ", FILE_SYSTEMS.keySet());
  }

  static OptionalInt uringOperation(String name) {
    return find(URING, name);
  }

  /// The name, or null.
  static String uringOperation(int number) {
    byte[] name = KernelNames.uringOperations().name(number);
    return name == null ? null : new String(name, StandardCharsets.US_ASCII);
  }

  static OptionalInt recordType(String name) {
    int number = RecordTypes.number(name);
    return number > 0 ? OptionalInt.of(number) : OptionalInt.empty();
  }

  /// As auditctl writes it: a name, else the number.
  static String recordType(int number) {
    String name = RecordTypes.knownName(number);
    return name == null ? Integer.toString(number) : name;
  }

  private static OptionalInt find(Map<String, Integer> numbers, String name) {
    Integer number = numbers.get(name.toLowerCase(Locale.ROOT));
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static String nameOf(Map<String, Integer> numbers, int value) {
    for (Map.Entry<String, Integer> entry : numbers.entrySet()) {
      if (entry.getValue() == value) {
        return entry.getKey();
      }
    }
    return null;
  }

  /// The letters of a perm= value, in auditctl's order.
  static String permissions(int mask) {
    StringBuilder letters = new StringBuilder();
    letter(letters, mask, AuditConstants.AUDIT_PERM_READ, 'r');
    letter(letters, mask, AuditConstants.AUDIT_PERM_WRITE, 'w');
    letter(letters, mask, AuditConstants.AUDIT_PERM_EXEC, 'x');
    letter(letters, mask, AuditConstants.AUDIT_PERM_ATTR, 'a');
    return letters.toString();
  }

  private static void letter(StringBuilder letters, int mask, int bit, char letter) {
    if ((mask & bit) != 0) {
      letters.append(letter);
    }
  }

  /// The bit of a letter in either case; 0 for none.
  static int permission(char letter) {
    return switch (letter) {
      case 'r', 'R' -> AuditConstants.AUDIT_PERM_READ;
      case 'w', 'W' -> AuditConstants.AUDIT_PERM_WRITE;
      case 'x', 'X' -> AuditConstants.AUDIT_PERM_EXEC;
      case 'a', 'A' -> AuditConstants.AUDIT_PERM_ATTR;
      default -> 0;
    };
  }
}
