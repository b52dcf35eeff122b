package io.coreaudit.watch;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.Rule;
import io.coreaudit.rule.RuleAction;
import io.coreaudit.rule.RuleList;
import io.coreaudit.rule.SyscallSet;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The kernel's list of rules for io_uring, whose operations pass the list for system calls by.
///
/// The list came with Linux 5.16, io_uring opens files since 5.6: a kernel between them has a way
/// to every watched file that nothing sees, and that is an uncovered watch. One without io_uring
/// needs no list.
///
/// The kernel answers EINVAL for a list that it does not have, and for much else. What it meant is
/// found by a rule with which nothing can be wrong. The keeper's own.
final class IoUring {
  private static final Logger LOG = LoggerFactory.getLogger(IoUring.class);

  private static final String BLIND =
      "this kernel has io_uring and no list of rules for it, which came with 5.16: a file that is"
          + " opened that way makes no event; switch it off (kernel.io_uring_disabled=2) where the"
          + " kernel can";

  /// Leaves out an operation that is never recorded: it changes nothing.
  private static final AuditRuleData HARMLESS =
      new Rule(RuleList.IO_URING, RuleAction.NEVER, new SyscallSet.These(List.of(0)), List.of())
          .data();

  private final AuditKernel kernel;
  private final OwnRules own;
  private final Premise seen;
  private boolean there;
  private boolean missing;

  IoUring(AuditKernel kernel, OwnRules own, Consumer<OwnEvent> tell) {
    this.kernel = kernel;
    this.own = own;
    this.seen = new Premise("what is done by io_uring", "", Watch.Cause.NO_LIST, tell);
  }

  /// What of these rules the kernel has a list for.
  List<AuditRuleData> usable(List<AuditRuleData> rules) {
    return missing ? rules.stream().filter(rule -> !isOfList(rule)).toList() : rules;
  }

  private static boolean isOfList(AuditRuleData rule) {
    return RulePlan.list(rule) == AuditConstants.AUDIT_FILTER_URING_EXIT;
  }

  /// Whether a rule was refused because there is no such list, and not for its own sake.
  boolean isMissing(AuditRuleData rule, RuntimeException refusal) {
    if (!isOfList(rule) || !isInvalid(refusal)) {
      return false;
    }
    if (!there && !missing) {
      probe();
    }
    return missing;
  }

  private static boolean isInvalid(RuntimeException refusal) {
    return refusal instanceof KernelException known && known.errno() == Errno.EINVAL;
  }

  private void probe() {
    try {
      own.add(HARMLESS, "");
      there = true;
      if (own.contains(HARMLESS)) {
        own.forget(HARMLESS);
      }
    } catch (KernelException | UncheckedIOException e) {
      // Whatever else it is, it says nothing of the list.
      missing = isInvalid(e);
      LOG.debug("a rule for io_uring is refused", e);
    }
  }

  /// Sets whether what is done by io_uring is seen.
  ///
  /// @param wanted whether there is anything to watch
  void look(boolean wanted) {
    seen.set(wanted && missing && kernel.hasIoUring() ? BLIND : "");
  }

  Premise seen() {
    return seen;
  }
}
