package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.rule.AuditRuleData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/// A claim, what became of it so far, and what one look makes of it. The keeper's own.
final class Kept {
  /// How often within ten minutes something else may stand at the path and be watched at once: a
  /// restore moves things about, a rotation exchanges them. Who does it without end gets no rule
  /// changes without end.
  private static final int FREE_SWAPS = 20;

  private static final String REPLACED = "path_replaced";

  /// As it was last written down.
  Claim claim;

  private final Comeback comeback = new Comeback();
  private final Comeback swaps = new Comeback(FREE_SWAPS);

  /// Which of them the last look was about.
  private Comeback quarrel = comeback;

  /// How it stands; null before the first look.
  Watch watch;

  /// What its rules were loaded for.
  Claim.Wish bound;

  /// What the last look saw.
  Claim.Wish seen;

  private final Set<AuditRuleData> stood = new HashSet<>();
  private String removal = "";

  /// Of the last drift that was told: what stood there, and what was wrong with it.
  private List<Object> toldDrift = List.of();

  /// What somebody did to it and who it was, until that is told: a look may fail on its way.
  private String drift;

  private ConfigChange by;

  // Of the look that goes on.
  private String failure;
  private Watch.Cause cause;
  private boolean waits;
  private boolean first;
  private List<AuditRuleData> rules = List.of();
  private final List<AuditRuleData> anew = new ArrayList<>();

  Kept(Claim claim) {
    this.claim = claim;
  }

  /// The same, written down elsewhere.
  Kept as(Claim equal) {
    claim = equal;
    return this;
  }

  /// Looks what is there and what the kernel holds of it.
  ///
  /// @param standsHere which of ours hang on what is there now
  /// @param usable what of a wish this kernel knows
  void look(
      Set<AuditRuleData> held,
      Set<AuditRuleData> ours,
      Predicate<AuditRuleData> standsHere,
      List<ConfigChange> changes,
      List<AuditRuleData> usable,
      long nowNs) {
    rules = usable;
    failure = null;
    cause = Watch.Cause.NONE;
    waits = false;
    anew.clear();
    first = bound == null;
    if (!seen.watchable()) {
      failure = seen.detail();
      cause = Watch.Cause.NOT_THERE;
    } else if (first && !claim.trustsHeld()) {
      for (AuditRuleData rule : rules) {
        if (held.contains(rule) && ours.contains(rule) && !standsHere.test(rule)) {
          // An earlier start loaded it, on something else.
          anew.add(rule);
        }
      }
    } else if (!first && !Objects.equals(bound.bound(), seen.bound())) {
      swapped(held, ours, changes, nowNs);
    } else if (!first) {
      swaps.stands(nowNs);
      missing(held, changes, nowNs);
    }
  }

  private void swapped(
      Set<AuditRuleData> held, Set<AuditRuleData> ours, List<ConfigChange> changes, long nowNs) {
    quarrel = swaps;
    boolean news = swaps.away(nowNs);
    waits = swaps.waits(nowNs);
    by = author(changes, bound.rules());
    if (!waits) {
      rebind(held, ours);
    } else if (news) {
      drift = REPLACED;
      removal =
          "exchanged too often: the rules stay on what stood there before" + swaps.until(nowNs);
    }
  }

  private void rebind(Set<AuditRuleData> held, Set<AuditRuleData> ours) {
    drift = REPLACED;
    for (AuditRuleData rule : rules) {
      if (!held.contains(rule) || !bound.rules().contains(rule)) {
        continue;
      }
      if (ours.contains(rule)) {
        anew.add(rule);
      } else if (failure == null && !seen.optional().contains(rule)) {
        drift = null;
        cause = Watch.Cause.REFUSED;
        failure =
            "rule on "
                + claim.name()
                + ": an equal rule, which is not ours, stands on what was at this path before: load"
                + " it again, or delete it";
      }
    }
    if (failure != null) {
      anew.clear();
    }
  }

  private void missing(Set<AuditRuleData> held, List<ConfigChange> changes, long nowNs) {
    quarrel = comeback;
    List<AuditRuleData> gone = stood.stream().filter(rule -> !held.contains(rule)).toList();
    if (gone.isEmpty()) {
      comeback.stands(nowNs);
      return;
    }
    if (comeback.away(nowNs)) {
      drift = "rule_gone";
      by = author(changes, gone);
      removal = "rules removed by " + (by == null ? "somebody" : by.who()) + comeback.until(nowNs);
    }
    waits = comeback.waits(nowNs);
  }

  /// Who took one of these rules first; null when the stream did not say.
  private static ConfigChange author(List<ConfigChange> changes, List<AuditRuleData> gone) {
    for (ConfigChange change : changes) {
      if (gone.stream().anyMatch(change::took)) {
        return change;
      }
    }
    return null;
  }

  /// Whether its rules are to be loaded now; else what is there of them may stay.
  boolean wants() {
    return failure == null && !waits;
  }

  /// Whether the last look found something gone.
  boolean isGone() {
    return drift != null || waits;
  }

  /// Whether the last look left it away until its date.
  boolean waiting() {
    return waits;
  }

  /// When it comes back, while it waits.
  long dueNs() {
    return quarrel.dueNs();
  }

  /// Somebody settled its quarrels.
  void forgive() {
    comeback.forgive();
    swaps.forgive();
  }

  /// The rules that it takes now.
  List<AuditRuleData> rules() {
    return rules;
  }

  /// The rules of ours that may stay although they are not loaded now.
  List<AuditRuleData> mayStay() {
    if (bound == null) {
      return rules;
    }
    List<AuditRuleData> both = new ArrayList<>(rules);
    both.addAll(bound.rules());
    return both;
  }

  /// Those that are to be loaded anew.
  List<AuditRuleData> anew() {
    return anew;
  }

  /// What a refused request makes of it.
  ///
  /// @param usable what of its rules this kernel knows
  /// @param refused why a rule could not be loaded
  /// @param stuck why a rule could not be taken away to be loaded anew
  /// @param standsElsewhere which of ours are known to hang on something else than what is there
  /// @param shadow what takes its effect from a rule, or null
  void conclude(
      List<AuditRuleData> usable,
      Map<AuditRuleData, String> refused,
      Map<AuditRuleData, String> stuck,
      Predicate<AuditRuleData> standsElsewhere,
      String shadow,
      long nowNs) {
    if (!wants()) {
      return;
    }
    stood.clear();
    rules = usable;
    for (AuditRuleData rule : rules) {
      String why = refused.get(rule);
      if (why == null && stuck.containsKey(rule) && (!first || standsElsewhere.test(rule))) {
        // Of an earlier start's rule nobody may know what it stands on: it counts then.
        why = stuck.get(rule);
      }
      if (why == null) {
        stood.add(rule);
      } else if (failure == null && !seen.optional().contains(rule)) {
        failure = why;
        cause = Watch.Cause.REFUSED;
      }
    }
    if (failure == null) {
      bound = seen;
      failure = shadow;
      cause = shadow == null ? Watch.Cause.NONE : Watch.Cause.SHADOWED;
      for (Comeback each : List.of(comeback, swaps)) {
        if (each.isAway()) {
          each.back(nowNs);
        }
      }
    }
  }

  /// What a look found, when that is news; null when it is not.
  OwnEvent news() {
    Watch.State state = state();
    String reason = state == Watch.State.COVERED ? "" : waits ? removal : failure;
    if (watch != null && watch.state() == state && watch.reason().equals(reason)) {
      watch = watch.named(claim.name());
      return null;
    }
    boolean silent = watch == null && state == Watch.State.ABSENT;
    boolean same = watch != null && watch.state() == state && watch.covered();
    Instant since = same ? watch.since() : Instant.now();
    if (waits) {
      cause = quarrel.contested() ? Watch.Cause.CONTESTED : Watch.Cause.REMOVED;
    }
    watch = new Watch(claim.kind(), claim.name(), claim.key(), state, since, cause, reason);
    return silent
        ? null
        : OwnEvent.of(EventKind.WATCH)
            .with("state", state.label())
            .with("path", watch.path())
            .with("key", watch.key())
            .with("detail", watch.covered() ? seen.detail() : reason)
            .build();
  }

  private Watch.State state() {
    if (waits) {
      return quarrel.contested() ? Watch.State.CONTESTED : Watch.State.UNCOVERED;
    }
    if (failure == null) {
      return Watch.State.COVERED;
    }
    boolean fine = claim.mayBeAbsent() && !seen.watchable() && claim.absent();
    return fine ? Watch.State.ABSENT : Watch.State.UNCOVERED;
  }

  /// What somebody did to it, when that is news; null when nobody did, or it was told and still
  /// cannot be mended. After `news`.
  OwnEvent drift() {
    String what = drift;
    ConfigChange who = by;
    drift = null;
    by = null;
    if (what == null) {
      return null;
    }
    boolean replaced = what.equals(REPLACED);
    List<Object> news = Arrays.asList(seen.bound(), watch.reason());
    if (replaced && !watch.covered() && news.equals(toldDrift)) {
      // Found again at each look until it can be mended.
      return null;
    }
    toldDrift = news;
    OwnEvent.Fields event =
        OwnEvent.of(EventKind.DRIFT)
            .with("what", what)
            .with("path", claim.name())
            .with("key", claim.key())
            .with("detail", replaced ? seen.detail() : null)
            .with("done", watch.covered() ? "loaded again" : watch.reason());
    if (who == null && replaced) {
      // No rule was changed: a name leads elsewhere, and the kernel keeps no record of that.
      return event.with("by", ConfigChange.KERNEL).build();
    }
    return ConfigChange.tell(who, event).build();
  }

  /// Whether somebody misses it when it is claimed no more; a secret goes with its mount.
  boolean isMissed() {
    return watch != null
        && watch.state() != Watch.State.ABSENT
        && claim.kind() != Watch.Kind.SECRET;
  }

  /// That it is claimed no more.
  OwnEvent dropped() {
    return OwnEvent.of(EventKind.WATCH)
        .with("state", "dropped")
        .with("path", claim.name())
        .with("key", claim.key())
        .with("detail", "nothing asks for it any more: its rules go")
        .build();
  }
}
