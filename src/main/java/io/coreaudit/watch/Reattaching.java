package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Sees to it that secrets stay attached to the anchor: attaches them again when somebody detached
/// them, when the anchor's rules were loaded again, when what stands for them is silent, and what
/// the kernel refused a moment ago. The warden's own.
final class Reattaching {
  private static final long REFUSED_AGAIN_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long ANCHOR_AGAIN_NS = TimeUnit.MINUTES.toNanos(2);

  private final SecretKeeper secrets;
  private final WatchKeeper rules;
  private final Consumer<OwnEvent> tell;
  private final Comeback tags = new Comeback();
  private String detached = "";
  private long anchorReloadedNs;
  private boolean anchorReloaded;
  private volatile Runnable attachedAgain = () -> {};
  private volatile long refusedAgainNs;
  private volatile boolean refusedAgain;

  Reattaching(SecretKeeper secrets, WatchKeeper rules, Consumer<OwnEvent> tell) {
    this.secrets = secrets;
    this.rules = rules;
    this.tell = tell;
  }

  SecretKeeper secrets() {
    return secrets;
  }

  /// The path by which the canary names all secrets.
  Path canary() {
    return secrets.anchorPath();
  }

  /// Sets who listens when all were attached again.
  void onAttachedAgain(Runnable listener) {
    attachedAgain = listener;
  }

  /// Whether they wait for their date, or it has come.
  boolean isAway() {
    return tags.isAway();
  }

  boolean isDue(long nowNs) {
    return tags.isAway() && nowNs - tags.dueNs() >= 0;
  }

  /// How long there is nothing to do; `Long.MAX_VALUE` for ever.
  long untilNs(long nowNs) {
    long ns = tags.isAway() ? tags.dueNs() - nowNs : Long.MAX_VALUE;
    return refusedAgain ? Math.min(ns, refusedAgainNs - nowNs) : ns;
  }

  /// Attaches them again when somebody detached them, at once or when it is time.
  ///
  /// @param trim what the stream told of it; null when it told nothing
  void look(ConfigChange trim, long nowNs) {
    boolean news = trim != null && tags.away(nowNs);
    boolean back = !tags.waits(nowNs);
    if (news) {
      detached = "detached by " + trim.who() + tags.until(nowNs);
    }
    if (back) {
      attachAll();
      tags.back(nowNs);
      detached = "";
    }
    if (news) {
      String done = back ? "attached again" : detached;
      tell.accept(
          trim.tell(WatchKeeper.drift("secrets_detached").with("key", SecretSettings.KEY))
              .with("done", done)
              .build());
    } else if (back) {
      tell.accept(
          OwnEvent.of(EventKind.WATCH)
              .with("state", "covered")
              .with("path", canary().toString())
              .with("key", SecretSettings.KEY)
              .with("detail", "secrets attached again")
              .build());
    }
    tellState();
  }

  /// The rules were looked at, and perhaps loaded again.
  void rulesChecked() {
    if (rules.takeLostTags() && !tags.isAway()) {
      attachAll();
    }
    tellState();
  }

  private void tellState() {
    secrets.rules(rules.anchorTrouble(), detached, rules.directories());
  }

  private void attachAll() {
    secrets.attachAll();
    attachedAgain.run();
  }

  /// The canary among them is silent. What is attached to the anchor goes with its rules: so these
  /// are loaded anew only when attaching alone did not help.
  void silent(long nowNs) {
    boolean again = anchorReloaded && nowNs - anchorReloadedNs < ANCHOR_AGAIN_NS;
    if (again) {
      rules.reload(canary());
      rules.takeLostTags();
    }
    anchorReloaded = !again;
    anchorReloadedNs = nowNs;
    if (!tags.waits(nowNs)) {
      // Whoever listens here asks for no further round.
      secrets.attachAll();
    }
  }

  /// Somebody settled the quarrel.
  void forgive() {
    tags.forgive();
    detached = "";
  }

  /// Attaches all, whatever was told.
  void apply() {
    attachAll();
  }

  /// The kernel refused one: it is asked again in a second. Any thread.
  ///
  /// @return whether that is news
  boolean refused() {
    if (refusedAgain) {
      return false;
    }
    refusedAgainNs = System.nanoTime() + REFUSED_AGAIN_NS;
    refusedAgain = true;
    return true;
  }

  /// Asks again for what was refused, when it is time.
  void tryRefused(long nowNs) {
    if (refusedAgain && nowNs - refusedAgainNs >= 0) {
      refusedAgain = false;
      secrets.attachRefused();
    }
  }
}
