package io.coreaudit.watch;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import io.coreaudit.rule.WatchRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// A kernel's audit that is a table of rules and two settings; answers as the kernel does.
final class TableKernel implements AuditKernel {
  final List<AuditRuleData> rules = new ArrayList<>();

  /// Every rule that was added, in order, also those that went again.
  final List<AuditRuleData> added = new ArrayList<>();

  /// Every path that was attached to a directory, in order.
  final List<String> tagged = new ArrayList<>();

  /// Every message that was logged, in order.
  final List<String> said = new CopyOnWriteArrayList<>();

  /// A rule as a text says it.
  static AuditRuleData rule(String text) {
    return new RuleCompiler(HostEnvironment.here()).compile("t", text).rules().getFirst().data();
  }

  /// The rules of a watched directory.
  static List<AuditRuleData> rulesOn(Path directory, String key) {
    return WatchRule.directory(directory.toString(), key).all();
  }

  Predicate<AuditRuleData> refused = rule -> false;
  boolean ioUring = true;
  int enabled = 1;
  long backlogLimit = 64;
  int refuseWith;
  Runnable beforeAdd = () -> {};
  Consumer<String> onMessage = text -> {};
  volatile int statusAsked;
  volatile int rulesAsked;
  volatile long lost;

  @Override
  public synchronized AuditStatus status() {
    statusAsked++;
    refuse("AUDIT_GET");
    return new AuditStatus(0, enabled, 1, 0, 0, backlogLimit, lost, 0, 0, 0, 0);
  }

  synchronized void set(int refuseWith) {
    this.refuseWith = refuseWith;
  }

  @Override
  public synchronized void enable(int enabled) {
    this.enabled = enabled;
  }

  @Override
  public void backlogLimit(int records) {
    backlogLimit = records;
  }

  @Override
  public void backlogWaitTime(int ticks) {
    throw new AssertionError("nobody asks for it");
  }

  @Override
  public List<AuditRuleData> rules() {
    rulesAsked++;
    return List.copyOf(rules);
  }

  @Override
  public void addRule(AuditRuleData rule) {
    beforeAdd.run();
    refuse("AUDIT_ADD_RULE");
    if (rules.contains(rule)) {
      throw new KernelException("AUDIT_ADD_RULE", Errno.EEXIST, "");
    }
    if (refused.test(rule)) {
      throw new KernelException("AUDIT_ADD_RULE", Errno.EINVAL, "");
    }
    rules.add(rule.inFront() ? 0 : rules.size(), rule.atEnd());
    added.add(rule);
  }

  @Override
  public synchronized void makeEquiv(String old, byte[] mountPoint) {
    refuse("AUDIT_MAKE_EQUIV");
    tagged.add(new String(mountPoint, StandardCharsets.UTF_8));
  }

  @Override
  public void deleteRule(AuditRuleData rule) {
    refuse("AUDIT_DEL_RULE");
    if (!rules.remove(rule)) {
      throw new KernelException("AUDIT_DEL_RULE", Errno.ENOENT, "");
    }
  }

  @Override
  public void userMessage(int type, String text) {
    refuse("AUDIT_USER message");
    said.add(text);
    onMessage.accept(text);
  }

  @Override
  public boolean hasIoUring() {
    return ioUring;
  }

  private void refuse(String call) {
    if (refuseWith != 0) {
      throw new KernelException(call, refuseWith, "");
    }
  }
}
