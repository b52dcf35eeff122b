package io.coreaudit.watch;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Inotify;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.NamespaceThread;
import io.coreaudit.mount.Places;
import io.coreaudit.rule.WatchRule;

/// Finds the host's mount namespace as far as the agent may go there.
public final class HostNamespaces {
  /// What a thread that looks at rules there needs, whoever else goes there does without a list.
  static final Class<?>[] NEEDED_BY_RULES = {
    Warden.class,
    WatchKeeper.class,
    RulePacks.class,
    WatchSettings.class,
    Kept.class,
    Premise.class,
    IoUring.class,
    AuditKernel.class,
    RulePlan.class,
    Shadows.class,
    Sight.class,
    WatchRule.class,
    Places.class,
    Look.class,
    StateFile.class,
    RulesState.class,
    OwnRules.class,
    Home.class,
    Master.class,
    PathWatch.class,
    Inotify.class,
    ConfigChange.class,
    ForeignChanges.class,
    Reattaching.class,
    UnrecordedStart.class,
    OwnEvent.class,
  };

  private HostNamespaces() {}

  /// The host's, or where it may not be entered, the agent's own: `missed` says which one it stands
  /// for then.
  ///
  /// @param wanted a process, or the path of a namespace file; empty: looked for
  public static HostNamespace reachable(String wanted) {
    HostNamespace found;
    try {
      found = HostNamespace.find(wanted);
    } catch (KernelException e) {
      return HostNamespace.own(e.getMessage());
    }
    if (found.isOwn()) {
      return found;
    }
    try {
      new NamespaceThread(found, "namespace probe").close();
      return found;
    } catch (KernelException e) {
      try (found) {
        return HostNamespace.inPlaceOf(found, e.getMessage());
      }
    }
  }
}
