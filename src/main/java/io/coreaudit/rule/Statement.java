package io.coreaudit.rule;

import java.util.List;

/// What a line of a rules file says, as written.
public sealed interface Statement {
  /// Where the line begins, or the option when it is one of several.
  SourcePosition at();

  /// A rule to be loaded or taken away.
  ///
  /// @param line where its parts stand in the file
  /// @param clauses its options in their order, which matters
  record WrittenRule(SourcePosition at, LogicalLine line, List<Clause> clauses)
      implements Statement {
    /// Copies the list.
    public WrittenRule {
      clauses = List.copyOf(clauses);
    }

    /// The line.
    public String text() {
      return line.text().strip();
    }
  }

  /// Anything else: a setting of the kernel's audit, an order to it, or a word to whoever reads the
  /// file.
  sealed interface Control extends Statement {}

  /// `-b n`: how many records may wait for the audit daemon.
  record BacklogLimit(SourcePosition at, int limit) implements Control {}

  /// `--backlog_wait_time n`: how long a process waits for room there, in ticks of the kernel.
  record BacklogWaitTime(SourcePosition at, int ticks) implements Control {}

  /// `-r n`: the most records a second; 0 for no limit.
  record RateLimit(SourcePosition at, int perSecond) implements Control {}

  /// `-f n`: what the kernel does when it must lose a record: 0 nothing, 1 print, 2 panic.
  record FailureMode(SourcePosition at, int mode) implements Control {}

  /// `-e n`: 0 off, 1 on, 2 on and locked until the next boot.
  record Enable(SourcePosition at, int mode) implements Control {}

  /// `-D`: all rules go, or with `-k` those whose key holds a text.
  ///
  /// @param key empty for all rules
  record DeleteAll(SourcePosition at, String key) implements Control {}

  /// `-q directory,subtree`: rules on the directory hold for the subtree too.
  record MakeEquivalent(SourcePosition at, String directory, String subtree) implements Control {}

  /// `-t`: the kernel forgets what was mounted below directories and is so no more.
  record Trim(SourcePosition at) implements Control {}

  /// `--loginuid-immutable`.
  record LoginuidImmutable(SourcePosition at) implements Control {}

  /// `--reset-lost`: the count of lost records becomes 0.
  record ResetLost(SourcePosition at) implements Control {}

  /// `--reset_backlog_wait_time_actual`.
  record ResetBacklogWaitTimeActual(SourcePosition at) implements Control {}

  /// `-i` or `-c`: auditctl goes on behind a line that fails.
  ///
  /// @param failAtEnd whether its exit status tells of it, as with `-c`
  record GoOn(SourcePosition at, boolean failAtEnd) implements Control {}

  /// `-m text`: a record of type USER.
  record UserMessage(SourcePosition at, String text) implements Control {}

  /// `--signal name`: to the audit daemon.
  record SignalDaemon(SourcePosition at, String name) implements Control {}

  /// `-l`, `-s`, `-v`: auditctl prints something; nothing changes.
  record Show(SourcePosition at, String option) implements Control {}
}
