package io.coreaudit.watch;

import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.rule.AuditRuleData;
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

  /// The kernel that this process runs on.
  static AuditKernel of(AuditControl control) {
    return new Live(control);
  }

  /// Hands each request on.
  record Live(AuditControl control) implements AuditKernel {
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
  }
}
