package io.coreaudit.agent.doctor;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.rule.AuditRuleData;
import java.util.List;

/// What the kernel's audit said when it was asked, once for all checks.
///
/// @param status null: it did not answer
/// @param rules all that are loaded
/// @param refusal why it did not answer, and what to do; empty when it did
record KernelView(AuditStatus status, List<AuditRuleData> rules, String refusal) {
  /// Asks it.
  static KernelView ask() {
    try (AuditControl control = AuditControl.open()) {
      return new KernelView(control.status(), control.rules(), "");
    } catch (KernelException e) {
      return new KernelView(null, List.of(), e.getMessage());
    }
  }
}
