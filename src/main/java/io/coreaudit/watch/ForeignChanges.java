package io.coreaudit.watch;

import java.util.ArrayList;
import java.util.List;

/// What the stream told of changes of rules and settings that are not our own doing, until somebody
/// has acted on it. One thread's own.
final class ForeignChanges {
  /// A thousand that nobody could act on yet are reason enough to look.
  private static final int MOST = 1024;

  private final long ownPid;
  private final List<ConfigChange> changes = new ArrayList<>();

  /// @param ownPid whose changes are ours
  ForeignChanges(long ownPid) {
    this.ownPid = ownPid;
  }

  /// Takes the text of a CONFIG_CHANGE record, or that of a SYSCALL record: this belongs to all
  /// changes of its event, wherever the record before it comes from.
  ///
  /// @return whether anything may have changed by it: what the kernel refused changed nothing,
  ///   whosever it was
  boolean take(String text) {
    if (ConfigChange.isCall(text)) {
      String stamp = ConfigChange.stamp(text);
      changes.replaceAll(change -> change.stamp().equals(stamp) ? change.with(text) : change);
      return changes.stream().anyMatch(change -> change.stamp().equals(stamp));
    }
    ConfigChange change = ConfigChange.of(text);
    if (change.refused()) {
      return false;
    }
    if (changes.size() == MOST) {
      dropOwn();
    }
    if (changes.size() < MOST) {
      changes.add(change);
    }
    return true;
  }

  /// Those of others, in their order.
  List<ConfigChange> list() {
    dropOwn();
    return List.copyOf(changes);
  }

  private void dropOwn() {
    changes.removeIf(change -> change.isOf(ownPid));
  }

  /// They were acted on.
  void done() {
    changes.clear();
  }

  /// Those of rules were acted on; those of settings, and of what is attached, were not.
  void rulesDone() {
    changes.removeIf(change -> !change.switches() && !change.trims());
  }
}
