package io.coreaudit.rule;

import io.coreaudit.rule.Statement.BacklogLimit;
import io.coreaudit.rule.Statement.BacklogWaitTime;
import io.coreaudit.rule.Statement.Control;
import io.coreaudit.rule.Statement.DeleteAll;
import io.coreaudit.rule.Statement.Enable;
import io.coreaudit.rule.Statement.FailureMode;
import io.coreaudit.rule.Statement.GoOn;
import io.coreaudit.rule.Statement.LoginuidImmutable;
import io.coreaudit.rule.Statement.MakeEquivalent;
import io.coreaudit.rule.Statement.RateLimit;
import io.coreaudit.rule.Statement.ResetBacklogWaitTimeActual;
import io.coreaudit.rule.Statement.ResetLost;
import io.coreaudit.rule.Statement.Show;
import io.coreaudit.rule.Statement.SignalDaemon;
import io.coreaudit.rule.Statement.Trim;
import io.coreaudit.rule.Statement.UserMessage;

/// Writes a line that is no rule, as auditctl takes it.
public final class ControlText {
  private ControlText() {}

  /// The line.
  public static String of(Control control) {
    return switch (control) {
      case BacklogLimit c -> "-b " + Integer.toUnsignedString(c.limit());
      case BacklogWaitTime c -> "--backlog_wait_time " + Integer.toUnsignedString(c.ticks());
      case RateLimit c -> "-r " + Integer.toUnsignedString(c.perSecond());
      case FailureMode c -> "-f " + c.mode();
      case Enable c -> "-e " + c.mode();
      case DeleteAll c -> c.key().isEmpty() ? "-D" : "-D -k " + Word.escape(c.key());
      case MakeEquivalent c -> "-q " + Word.escape(c.directory()) + "," + Word.escape(c.subtree());
      case Trim _ -> "-t";
      case LoginuidImmutable _ -> "--loginuid-immutable";
      case ResetLost _ -> "--reset-lost";
      case ResetBacklogWaitTimeActual _ -> "--reset_backlog_wait_time_actual";
      case GoOn c -> c.failAtEnd() ? "-c" : "-i";
      case UserMessage c -> "-m " + Word.escape(c.text());
      case SignalDaemon c -> "--signal " + c.name();
      case Show c -> c.option();
    };
  }
}
