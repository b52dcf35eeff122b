package io.coreaudit.mount;

import io.coreaudit.telemetry.Counters;

/// Tells and counts.
record Telling(MountListener listener, Counters<MountCounter> counters) {
  void sleeps() {
    listener.onSleep();
  }

  void wakes() {
    counters.increment(MountCounter.WAKES);
    listener.onWake();
  }

  void mounted(Mount mount) {
    counters.increment(MountCounter.MOUNTED);
    listener.onMounted(mount);
  }

  void unmounted(Mount mount) {
    counters.increment(MountCounter.UNMOUNTED);
    listener.onUnmounted(mount);
  }

  /// Tells what is different, if it is worth telling: the place, else the options. As findmnt.
  ///
  /// @return how much was told
  int changed(Mount before, Mount now) {
    if (!before.mountPoint().equals(now.mountPoint())) {
      counters.increment(MountCounter.MOVED);
      listener.onMoved(before, now);
      return 1;
    }
    if (!before.sameOptions(now)) {
      counters.increment(MountCounter.REMOUNTED);
      listener.onRemounted(before, now);
      return 1;
    }
    return 0;
  }
}
