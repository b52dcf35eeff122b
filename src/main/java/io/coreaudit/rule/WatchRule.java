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

/// A path whose every reading, writing and change of attributes is recorded: `-a always,exit -F
/// dir=PATH -F perm=rwa -F key=KEY`, or `path=` for a file.
///
/// No architecture and no syscall list: of the ways to open a file, 20 of 22 are seen so, with a
/// list 17. The other two go through io_uring and need [#ioUring()] beside.
///
/// @param path an absolute path, kept without a slash at its end
/// @param directory whether it stands for all that is below it
/// @param key the word by which the events are found, plain text
public record WatchRule(String path, boolean directory, String key) {
  private static final int PERMISSIONS = AUDIT_PERM_READ | AUDIT_PERM_WRITE | AUDIT_PERM_ATTR;
  private static final int IORING_OP_OPENAT = 18;
  private static final int IORING_OP_OPENAT2 = 28;

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

  /// The rule for system calls, byte for byte as auditctl sends it.
  public AuditRuleData data() {
    return new AuditRuleData.Builder(AUDIT_FILTER_EXIT, AUDIT_ALWAYS)
        .everySyscall()
        .text(directory ? AUDIT_DIR : AUDIT_WATCH, AUDIT_EQUAL, path)
        .number(AUDIT_PERM, AUDIT_EQUAL, PERMISSIONS)
        .text(AUDIT_FILTERKEY, AUDIT_EQUAL, key)
        .build();
  }

  /// The rule for openings through io_uring. auditctl cannot say it; kernels before 5.16 refuse the
  /// list with EINVAL.
  public AuditRuleData ioUring() {
    return new AuditRuleData.Builder(AUDIT_FILTER_URING_EXIT, AUDIT_ALWAYS)
        .syscall(IORING_OP_OPENAT)
        .syscall(IORING_OP_OPENAT2)
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
