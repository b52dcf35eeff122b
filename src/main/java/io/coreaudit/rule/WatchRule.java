package io.coreaudit.rule;

import static io.coreaudit.kernel.AuditConstants.AUDIT_ALWAYS;
import static io.coreaudit.kernel.AuditConstants.AUDIT_DIR;
import static io.coreaudit.kernel.AuditConstants.AUDIT_EQUAL;
import static io.coreaudit.kernel.AuditConstants.AUDIT_FILTERKEY;
import static io.coreaudit.kernel.AuditConstants.AUDIT_FILTER_EXIT;
import static io.coreaudit.kernel.AuditConstants.AUDIT_FILTER_URING_EXIT;
import static io.coreaudit.kernel.AuditConstants.AUDIT_MAX_KEY_LEN;
import static io.coreaudit.kernel.AuditConstants.AUDIT_PERM;
import static io.coreaudit.kernel.AuditConstants.AUDIT_PERM_ATTR;
import static io.coreaudit.kernel.AuditConstants.AUDIT_PERM_READ;
import static io.coreaudit.kernel.AuditConstants.AUDIT_PERM_WRITE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_WATCH;
import static io.coreaudit.kernel.LinuxConstants.PATH_MAX;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// A path whose every reading, writing and change of attributes is recorded: `-a always,exit -F
/// dir=PATH -F perm=rwa -F key=KEY`, or `path=` for a file.
///
/// No architecture and no syscall list: what counts is what a call does, not its name. Three ways
/// pass it by: io_uring, whose operations are no system calls ([#ioUring()]), a file opened by its
/// handle, and fanotify, which hands out what others open ([#withoutClass()]).
///
/// @param path an absolute path, kept without a slash at its end
/// @param directory whether it stands for all that is below it
/// @param key the word by which the events are found, plain text
public record WatchRule(String path, boolean directory, String key) {
  private static final int PERMISSIONS = AUDIT_PERM_READ | AUDIT_PERM_WRITE | AUDIT_PERM_ATTR;

  /// The operations of io_uring that take a name: openat, openat2, renameat, unlinkat, mkdirat,
  /// symlinkat, linkat, and setxattr and getxattr with their forms for a descriptor. Those of a
  /// newer kernel are only bits to an older one.
  private static final int[] IORING_OPERATIONS = {18, 28, 35, 36, 37, 38, 39, 41, 42, 43, 44};

  private static final int[] WITHOUT_CLASS = withoutClass(Architecture.host());

  /// fanotify_mark and open_by_handle_at on a machine, and for its 32-bit programs.
  static int[] withoutClass(Architecture host) {
    return Stream.of(host, host.b32())
        .filter(Objects::nonNull)
        .flatMap(
            architecture ->
                Stream.of("fanotify_mark", "open_by_handle_at").map(architecture::syscall))
        .mapToInt(Integer::intValue)
        .distinct()
        .toArray();
  }

  /// Checks the rule.
  ///
  /// @throws IllegalArgumentException when the kernel would not take it; the message says why
  public WatchRule {
    path = withoutSlashAtEnd(path);
    int pathBytes = path.getBytes(StandardCharsets.UTF_8).length;
    int keyBytes = key.getBytes(StandardCharsets.UTF_8).length;
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path=" + path + " is not absolute");
    }
    if (pathBytes >= PATH_MAX) {
      throw new IllegalArgumentException(
          "path of " + pathBytes + " bytes is longer than " + (PATH_MAX - 1));
    }
    if (path.equals("/") && !directory) {
      throw new IllegalArgumentException("path=/ is a directory");
    }
    if (keyBytes == 0 || keyBytes > AUDIT_MAX_KEY_LEN) {
      throw new IllegalArgumentException(
          "key of " + keyBytes + " bytes is not within 1 to " + AUDIT_MAX_KEY_LEN);
    }
    if (hasControl(path) || hasControl(key)) {
      throw new IllegalArgumentException("path or key has a control character");
    }
  }

  /// Watches a directory with all that is below it on its file system.
  public static WatchRule directory(String path, String key) {
    return new WatchRule(path, true, key);
  }

  /// Watches one file. It need not exist, its directory must.
  public static WatchRule file(String path, String key) {
    return new WatchRule(path, false, key);
  }

  /// What one watch takes: the rule for system calls, that for those without a class, that for
  /// io_uring.
  public List<AuditRuleData> all() {
    return List.of(data(), withoutClass(), ioUring());
  }

  /// The rule for system calls, byte for byte as auditctl sends it.
  public AuditRuleData data() {
    return new AuditRuleData.Builder(AUDIT_FILTER_EXIT, AUDIT_ALWAYS)
        .everySyscall()
        .text(directory ? AUDIT_DIR : AUDIT_WATCH, AUDIT_EQUAL, path)
        .number(AUDIT_PERM, AUDIT_EQUAL, PERMISSIONS)
        .text(AUDIT_FILTERKEY, AUDIT_EQUAL, key)
        .build();
  }

  /// The rule for io_uring. auditctl cannot say it; kernels before 5.16 refuse the list with
  /// EINVAL.
  public AuditRuleData ioUring() {
    return named(
        new AuditRuleData.Builder(AUDIT_FILTER_URING_EXIT, AUDIT_ALWAYS), IORING_OPERATIONS);
  }

  /// The rule for what is no reading or writing to the kernel's `perm=`: to open a file by its
  /// handle, and to ask fanotify for what others open. Without an architecture one rule holds for
  /// 64 and 32 bits: the other number of each means nothing there, or a call that the first rule
  /// tells as well.
  public AuditRuleData withoutClass() {
    return named(new AuditRuleData.Builder(AUDIT_FILTER_EXIT, AUDIT_ALWAYS), WITHOUT_CLASS);
  }

  private AuditRuleData named(AuditRuleData.Builder builder, int[] calls) {
    for (int call : calls) {
      builder.syscall(call);
    }
    return builder
        .text(directory ? AUDIT_DIR : AUDIT_WATCH, AUDIT_EQUAL, path)
        .text(AUDIT_FILTERKEY, AUDIT_EQUAL, key)
        .build();
  }

  private static String withoutSlashAtEnd(String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(c -> c < ' ' || c == 0x7F);
  }
}
