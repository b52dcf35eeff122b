package io.coreaudit.mount;

import java.util.List;

/// How mounts are learned of; the better ones first.
public enum MountMethod {
  /// The kernel's queue of mount events.
  FANOTIFY("mount events by fanotify, statmount"),
  /// A wake-up by mountinfo, then the list of ids.
  LISTMOUNT("poll on mountinfo, listmount and statmount"),
  /// A wake-up by mountinfo, then its whole text.
  MOUNTINFO("poll on mountinfo, and its text compared");

  /// All, in the order in which they are tried.
  public static final List<MountMethod> BEST_FIRST = List.of(values());

  private final String phrase;

  MountMethod(String phrase) {
    this.phrase = phrase;
  }

  /// What it does, in a few words.
  public String phrase() {
    return phrase;
  }
}
