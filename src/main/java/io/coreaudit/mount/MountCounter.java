package io.coreaudit.mount;

import io.coreaudit.telemetry.CounterKey;

/// What the follower counts.
public enum MountCounter implements CounterKey {
  MOUNTED("Mounts told, those at the start counted too."),
  UNMOUNTED("Umounts told."),
  MOVED("Moved mounts told."),
  REMOUNTED("Remounts told."),
  VANISHED("Mounts that had gone before they could be looked at."),
  WAKES("Times the follower's thread woke."),
  FULL_READS("Times the whole table of mounts was looked through."),
  OVERFLOWS("Times the kernel's queue of mount events overflowed; the table was listed anew.");

  private final String sentence;

  MountCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
