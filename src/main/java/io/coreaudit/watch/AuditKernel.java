package io.coreaudit.watch;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.LibC;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.rule.AuditRuleData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What this room asks of the kernel's audit. A refusal is a `KernelException`.
interface AuditKernel {
  AuditStatus status();

  void enable(int enabled);

  void backlogLimit(int records);

  void backlogWaitTime(int ticks);

  List<AuditRuleData> rules();

  void addRule(AuditRuleData rule);

  void deleteRule(AuditRuleData rule);

  void makeEquiv(String old, byte[] mountPoint);

  void userMessage(int type, String text);

  /// Whether programs can open files by io_uring. Where a seccomp profile hides it from this
  /// process (ENOSYS, as in an unprivileged container), it counts as not there.
  boolean hasIoUring();

  /// The kernel that this process runs on.
  static AuditKernel of(AuditControl control) {
    return new Live(control);
  }

  /// Hands each request on.
  record Live(AuditControl control) implements AuditKernel {
    private static final Path IO_URING_DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

    @Override
    public AuditStatus status() {
      return control.status();
    }

    @Override
    public void enable(int enabled) {
      control.enable(enabled);
    }

    @Override
    public void backlogLimit(int records) {
      control.backlogLimit(records);
    }

    @Override
    public void backlogWaitTime(int ticks) {
      control.backlogWaitTime(ticks);
    }

    @Override
    public List<AuditRuleData> rules() {
      return control.rules();
    }

    @Override
    public void addRule(AuditRuleData rule) {
      control.addRule(rule);
    }

    @Override
    public void deleteRule(AuditRuleData rule) {
      control.deleteRule(rule);
    }

    @Override
    public void makeEquiv(String old, byte[] mountPoint) {
      control.makeEquiv(old, mountPoint);
    }

    @Override
    public void userMessage(int type, String text) {
      control.userMessage(type, text);
    }

    @Override
    public boolean hasIoUring() {
      // To other programs it may be open where it is not to this one.
      return LibC.io_uring_setup(0, 0) != -Errno.ENOSYS && !isSwitchedOff();
    }

    private static boolean isSwitchedOff() {
      try {
        return Files.readString(IO_URING_DISABLED).strip().equals("2");
      } catch (IOException noSuchSwitch) {
        return false;
      }
    }
  }
}
