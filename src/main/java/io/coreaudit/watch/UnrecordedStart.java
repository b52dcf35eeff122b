package io.coreaudit.watch;

import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.Condition;
import io.coreaudit.rule.Operator;
import io.coreaudit.rule.Rule;
import io.coreaudit.rule.RuleAction;
import io.coreaudit.rule.RuleField;
import io.coreaudit.rule.RuleList;
import io.coreaudit.rule.SyscallSet;
import java.util.List;

/// The start of a thread of this process of whose system calls the kernel keeps no record; where it
/// refuses that, of one like any other.
///
/// Whoever attaches a secret makes two records otherwise: that it was attached, with who did it,
/// and in seven more pieces the system call of it, which says nothing further. In a burst of mounts
/// these cost more than the attaching. A rule of list `task` is asked when a thread begins and
/// never again, so it is loaded for that moment alone.
///
/// Every thread and child of the process that begins in that moment goes without: a canary would
/// open its path unheard. So nothing else may be done on the thread that runs this until it is
/// over.
///
/// @param keeper who loads the rule
/// @param rule that holds for this process
record UnrecordedStart(WatchKeeper keeper, AuditRuleData rule) {
  /// One for the threads of a process.
  static UnrecordedStart of(WatchKeeper keeper, long pid) {
    return new UnrecordedStart(
        keeper,
        new Rule(
                RuleList.TASK,
                RuleAction.NEVER,
                new SyscallSet.Every(),
                List.of(new Condition.Number(RuleField.PID, Operator.EQUAL, (int) pid)))
            .data());
  }

  /// Starts a thread.
  void start(Thread begins) {
    boolean laid = keeper.lay(rule);
    try {
      begins.start();
    } finally {
      if (laid) {
        keeper.lift(rule);
      }
    }
  }
}
