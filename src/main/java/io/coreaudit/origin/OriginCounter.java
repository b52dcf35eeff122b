package io.coreaudit.origin;

import io.coreaudit.telemetry.CounterKey;

/// What the origin stage counts.
///
/// `EVENTS = PARENTS_REMEMBERED + PARENTS_READ + PARENTS_UNKNOWN + PARENTS_NONE`.
public enum OriginCounter implements CounterKey {
  EVENTS("Events whose origin was looked for."),
  PARENTS_REMEMBERED("Events whose parent process was known from the stream or a moment ago."),
  PARENTS_READ("Events whose parent process was read from /proc."),
  PARENTS_UNKNOWN("Events whose parent process was gone, or not asked for to spare the host."),
  PARENTS_NONE("Events that name no parent process."),
  TAGS_LEFT_OUT("Tags that did not fit into their frame.");

  private final String sentence;

  OriginCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
