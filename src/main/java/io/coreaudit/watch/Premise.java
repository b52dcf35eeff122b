package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import java.time.Instant;
import java.util.function.Consumer;

/// Something that watching rests on besides rules: that mounts are followed, that the host's mounts
/// can be reached, that changes of rules are told, that every way to a file has a list of rules.
///
/// While it does not hold it stands among the watches as one that is not covered, so that it counts
/// wherever they do; when that changes, it is told. Any thread.
final class Premise {
  private final String name;
  private final String key;
  private final Watch.Cause cause;
  private final Consumer<OwnEvent> tell;

  /// Null while it holds.
  private Watch open;

  /// What was told last; empty: that it holds.
  private String told = "";

  /// One that holds.
  ///
  /// @param name what is not watched while it does not hold
  /// @param key that the events of that would carry; empty when there are several
  /// @param tell takes the events
  Premise(String name, String key, Watch.Cause cause, Consumer<OwnEvent> tell) {
    this.name = name;
    this.key = key;
    this.cause = cause;
    this.tell = tell;
  }

  /// It does not hold, which is nothing to tell yet.
  synchronized void expect(String trouble) {
    boolean same = open != null;
    open =
        new Watch(
            Watch.Kind.PREMISE,
            name,
            key,
            Watch.State.UNCOVERED,
            same ? open.since() : Instant.now(),
            cause,
            trouble);
  }

  /// Sets whether it holds, and tells it where that is news.
  ///
  /// @param trouble why it does not; empty when it does
  void set(String trouble) {
    if (isNews(trouble)) {
      tell.accept(
          OwnEvent.of(EventKind.WATCH)
              .with("state", trouble.isEmpty() ? "covered" : "uncovered")
              .with("path", name)
              .with("key", key.isEmpty() ? null : key)
              .with("detail", trouble.isEmpty() ? null : trouble)
              .build());
    }
  }

  private synchronized boolean isNews(String trouble) {
    if (trouble.isEmpty()) {
      open = null;
    } else {
      expect(trouble);
    }
    boolean news = !trouble.equals(told);
    told = trouble;
    return news;
  }

  /// Whether it holds.
  synchronized boolean holds() {
    return open == null;
  }

  /// Why it does not hold; empty when it does.
  synchronized String trouble() {
    return open == null ? "" : open.reason();
  }

  /// How it stands among the watches; null while it holds.
  synchronized Watch watch() {
    return open;
  }
}
