package io.coreaudit.watch;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.Places;
import io.coreaudit.rule.AuditRuleData;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rules that are ours: the exact wire forms that this agent loaded, as long as the kernel
/// holds them, and what they were loaded on: while that is what stands there, a later start takes
/// them as they are. An equal rule that was there before is used and left where it is.
///
/// They stand in a file before they are loaded, so that a later start knows them again. One that
/// the kernel holds no more is ours no more: somebody took it away, or the kernel itself with the
/// file system that it hung on, and an equal one that comes later is somebody else's. One thread at
/// a time.
final class OwnRules {
  private static final Logger LOG = LoggerFactory.getLogger(OwnRules.class);

  private final AuditKernel kernel;
  private final RulesState state;
  private final Home home;

  /// What each stands on.
  private final Map<AuditRuleData, String> loaded;

  /// Those that could not be deleted, and were told.
  private final Set<AuditRuleData> stuck = new HashSet<>();

  /// Whether the file says more than is ours.
  private boolean fileBehind;

  /// @param stateFile where the wire forms that we loaded are kept
  /// @param home where that file lies
  OwnRules(AuditKernel kernel, Path stateFile, Home home) {
    this.kernel = kernel;
    this.state = new RulesState(stateFile);
    this.home = home;
    this.loaded = home.call(state::read);
  }

  boolean contains(AuditRuleData rule) {
    return loaded.containsKey(rule);
  }

  /// Whether a rule of ours was loaded when what it hangs on was this.
  boolean standsOn(AuditRuleData rule, String stand) {
    return stand.equals(loaded.get(rule));
  }

  /// Whether a rule of ours was loaded when something else was there; false when nobody knows what
  /// was. What was mounted below does not count.
  ///
  /// @param stand what is there, as a wish says it
  boolean standsElsewhere(AuditRuleData rule, String stand) {
    String known = loaded.getOrDefault(rule, "");
    return !known.isEmpty() && !known.equals(stand) && !known.startsWith(stand + Places.BELOW);
  }

  boolean isEmpty() {
    return loaded.isEmpty();
  }

  Set<AuditRuleData> copy() {
    return new HashSet<>(loaded.keySet());
  }

  /// Writes the file anew.
  void write() {
    home.run(() -> state.write(loaded));
    fileBehind = false;
  }

  /// Forgets what the kernel does not hold; not yet in the file.
  void keepOnly(Collection<AuditRuleData> held) {
    fileBehind |= loaded.keySet().retainAll(held);
  }

  /// Brings the file to what is ours, if it says more.
  void tidy() {
    if (fileBehind) {
      write();
    }
  }

  /// Writes down that the rule is ours, then loads it: one that is written down and not loaded does
  /// no harm, the other way round nobody would take it away.
  ///
  /// @param stand what it hangs on; empty when it is nothing
  /// @return whether it was loaded now; somebody's equal rule does the work as well
  boolean add(AuditRuleData rule, String stand) {
    boolean fresh = !loaded.containsKey(rule);
    if (!standsOn(rule, stand)) {
      home.run(() -> state.append(rule.atEnd(), stand));
      loaded.put(rule, stand);
      fileBehind |= !fresh;
    }
    try {
      kernel.addRule(rule);
      return true;
    } catch (KernelException e) {
      // Not known to be refused: it may be loaded yet.
      if (fresh && e.errno() != Errno.ETIMEDOUT) {
        loaded.remove(rule);
        write();
      }
      // It is theirs and stays.
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      return false;
    }
  }

  /// Deletes a rule that may come again.
  void delete(AuditRuleData rule) {
    try {
      kernel.deleteRule(rule);
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /// Deletes a rule and no longer counts it as ours; not yet in the file.
  ///
  /// @return whether it went
  boolean forget(AuditRuleData rule) {
    try {
      delete(rule);
    } catch (KernelException e) {
      if (stuck.add(rule)) {
        LOG.warn("a rule of ours stays: {}", e.getMessage());
      }
      return false;
    }
    stuck.remove(rule);
    fileBehind |= loaded.remove(rule) != null;
    return true;
  }
}
