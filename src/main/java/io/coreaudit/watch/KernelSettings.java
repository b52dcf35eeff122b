package io.coreaudit.watch;

import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the agent changes in the kernel's audit settings, and puts back.
///
/// Nothing is changed while audit is locked (`enabled=2`). Each change stands in `changes`, for the
/// start line, and before it is made in a file: an agent that was killed leaves its changes behind,
/// and the next one knows what they were. Any thread; one at a time.
public final class KernelSettings {
  /// At most 100 ms on every kernel: the unit is a tick, and the slowest tick is 10 ms.
  private static final int UNICAST_BACKLOG_WAIT_TICKS = 10;

  private final AuditKernel kernel;
  private final SettingsState state;
  private final List<String> changes = new ArrayList<>();
  private boolean seenOn;
  private boolean restored;

  /// Creates the settings; nothing is changed yet.
  ///
  /// @param stateFile where it stands what the settings were before we changed them
  public KernelSettings(AuditControl control, Path stateFile) {
    this(AuditKernel.of(control), stateFile);
  }

  KernelSettings(AuditKernel kernel, Path stateFile) {
    this.kernel = kernel;
    this.state = new SettingsState(stateFile);
  }

  /// Switches audit on when it is off, and raises the backlog limit when it is lower.
  public synchronized void begin(boolean enable, int backlogLimit) {
    AuditStatus status = kernel.status();
    seenOn = status.enabled() != 0;
    if (status.locked()) {
      return;
    }
    if (enable && status.enabled() == 0) {
      switchOn();
      changes.add("enabled 0 -> 1");
    }
    // 0 is the kernel's word for no limit.
    if (status.backlogLimit() != 0 && status.backlogLimit() < backlogLimit) {
      kernel.backlogLimit(backlogLimit);
      changes.add("backlog_limit " + status.backlogLimit() + " -> " + backlogLimit);
    }
  }

  /// Whether `keepOn` would switch audit on. Notes when it is on.
  synchronized boolean mayKeepOn(AuditStatus now) {
    seenOn |= now.enabled() != 0;
    return now.enabled() == 0 && seenOn && !restored;
  }

  /// Switches audit on again when this process saw it on, or had switched it on, and it is off now.
  /// A clean stop puts that back as it does with `begin`.
  ///
  /// @return whether it was switched on
  public synchronized boolean keepOn(AuditStatus now) {
    boolean may = mayKeepOn(now);
    if (may) {
      switchOn();
    }
    return may;
  }

  private void switchOn() {
    state.put(SettingsState.ENABLED, 0);
    kernel.enable(1);
    seenOn = true;
  }

  /// Bounds how long the kernel may hold up a process for us while we own the unicast slot.
  public synchronized void beginUnicast() {
    AuditStatus status = kernel.status();
    long found = status.backlogWaitTime();
    if (!status.locked() && found > UNICAST_BACKLOG_WAIT_TICKS) {
      state.put(SettingsState.BACKLOG_WAIT_TIME, found);
      kernel.backlogWaitTime(UNICAST_BACKLOG_WAIT_TICKS);
      changes.add("backlog_wait_time " + found + " -> " + UNICAST_BACKLOG_WAIT_TICKS);
    }
  }

  /// Puts back what `beginUnicast` changed, also when it was that of an agent that was killed. Only
  /// while it is as we set it: a value of somebody else's stays.
  public synchronized void endUnicast() {
    if (!state.has(SettingsState.BACKLOG_WAIT_TIME)) {
      return;
    }
    AuditStatus status = kernel.status();
    if (!status.locked()) {
      if (status.backlogWaitTime() == UNICAST_BACKLOG_WAIT_TICKS) {
        kernel.backlogWaitTime((int) state.value(SettingsState.BACKLOG_WAIT_TIME));
      }
      state.remove(SettingsState.BACKLOG_WAIT_TIME);
    }
  }

  /// Puts back what a clean stop puts back.
  ///
  /// @param rulesGo whether our rules go too: audit is switched off again only then, and only when
  ///   nobody else registered for it or loaded rules
  public synchronized void restore(boolean rulesGo) {
    restored = true;
    endUnicast();
    AuditStatus status = kernel.status();
    if (!status.locked()
        && state.has(SettingsState.ENABLED)
        && rulesGo
        && status.pid() == 0
        && kernel.rules().isEmpty()) {
      kernel.enable(0);
      state.remove(SettingsState.ENABLED);
    }
  }

  /// What was changed, for people; empty when nothing was.
  public synchronized List<String> changes() {
    return List.copyOf(changes);
  }
}
