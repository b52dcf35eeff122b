package io.coreaudit.watch;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.rule.AuditRuleData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// The smallest change that brings the kernel's rules to what is wanted, in an order that leaves
/// nothing uncovered that was covered: what is missing is added before what is superfluous goes.
///
/// Rules of others are never touched: only what is known as ours is deleted. Within one list of the
/// kernel the first rule that matches decides, so a `never` rule must stand before the rules it is
/// meant for. It is put in front, unless a wanted rule is to stand before it; then it is appended,
/// and what must follow it is taken away and appended again.
///
/// A rule whose path is another inode now is bound anew: it and its fellows on that path go and
/// come again, all of them, for the kernel keeps one tree a path as long as one rule holds it.
///
/// @param steps what to do, in order
record RulePlan(List<Step> steps) {
  /// One request to the kernel.
  sealed interface Step {
    /// The rule that comes or goes.
    AuditRuleData rule();
  }

  /// A rule is added, in front of its list when it says so.
  record Add(AuditRuleData rule) implements Step {}

  /// A rule is deleted.
  ///
  /// @param again whether it comes again in a later step
  record Delete(AuditRuleData rule, boolean again) implements Step {}

  /// Makes the plan.
  ///
  /// @param wanted what should be there, in its order; the first of equals counts
  /// @param keep what may stay if it is there, but is not added
  /// @param held what is there, list by list in the kernel's order
  /// @param ours what of it we may delete
  /// @param anew what of the wanted is bound to something that is gone
  static RulePlan of(
      List<AuditRuleData> wanted,
      Set<AuditRuleData> keep,
      List<AuditRuleData> held,
      Set<AuditRuleData> ours,
      Set<AuditRuleData> anew) {
    return new Planner(wanted, keep, held, ours, anew).plan();
  }

  /// Whether there is nothing to do.
  boolean isEmpty() {
    return steps.isEmpty();
  }

  /// The steps in groups: between two of them nothing is away that is to come again.
  List<List<Step>> groups() {
    List<List<Step>> groups = new ArrayList<>();
    List<Step> group = new ArrayList<>();
    Set<AuditRuleData> away = new HashSet<>();
    for (Step step : steps) {
      group.add(step);
      if (step instanceof Delete delete && delete.again()) {
        away.add(delete.rule());
      } else {
        away.remove(step.rule());
      }
      if (away.isEmpty()) {
        groups.add(group);
        group = new ArrayList<>();
      }
    }
    return groups;
  }

  private static final class Planner {
    private final List<AuditRuleData> wanted;
    private final Set<AuditRuleData> keep;
    private final Map<AuditRuleData, Integer> held = new LinkedHashMap<>();
    private final Set<AuditRuleData> ours;
    private final Set<AuditRuleData> anew;
    private final boolean neversWanted;
    private final List<Step> steps = new ArrayList<>();
    private Map<String, List<AuditRuleData>> byPlace;

    Planner(
        List<AuditRuleData> wanted,
        Set<AuditRuleData> keep,
        List<AuditRuleData> held,
        Set<AuditRuleData> ours,
        Set<AuditRuleData> anew) {
      this.wanted = List.copyOf(new LinkedHashSet<>(wanted));
      this.keep = keep;
      for (AuditRuleData rule : held) {
        this.held.putIfAbsent(rule, this.held.size());
      }
      this.ours = ours;
      this.anew = anew;
      this.neversWanted = wanted.stream().anyMatch(RulePlan::isNever);
    }

    RulePlan plan() {
      Set<AuditRuleData> moved = moved();
      Set<AuditRuleData> gone = new HashSet<>();
      for (AuditRuleData rule : wanted) {
        if (gone.contains(rule)) {
          continue;
        }
        boolean there = held.containsKey(rule);
        if (there && anew.contains(rule) && ours.contains(rule)) {
          bindAnew(rule, gone);
        } else if (there && moved.contains(rule)) {
          steps.add(new Delete(rule.atEnd(), true));
          steps.add(placed(rule));
        } else if (!there) {
          steps.add(placed(rule));
        }
      }
      Set<AuditRuleData> stay = new HashSet<>(wanted);
      stay.addAll(keep);
      for (AuditRuleData rule : held.keySet()) {
        if (ours.contains(rule) && !stay.contains(rule)) {
          steps.add(new Delete(rule, false));
        }
      }
      return new RulePlan(List.copyOf(steps));
    }

    /// All on one path that are to be bound anew go, then all come.
    private void bindAnew(AuditRuleData first, Set<AuditRuleData> gone) {
      String place = place(first);
      List<AuditRuleData> fellows = new ArrayList<>();
      for (AuditRuleData rule : place.isEmpty() ? List.of(first) : byPlace().get(place)) {
        if (anew.contains(rule) && !gone.contains(rule) && ours.contains(rule)) {
          fellows.add(rule);
          gone.add(rule);
          steps.add(new Delete(rule.atEnd(), true));
        }
      }
      fellows.forEach(rule -> steps.add(placed(rule)));
    }

    private Map<String, List<AuditRuleData>> byPlace() {
      if (byPlace == null) {
        byPlace = new HashMap<>();
        for (AuditRuleData rule : wanted) {
          byPlace.computeIfAbsent(place(rule), place -> new ArrayList<>()).add(rule);
        }
      }
      return byPlace;
    }

    /// Of the held ones that are ours, those that must be put behind others, or in front.
    private Set<AuditRuleData> moved() {
      Set<AuditRuleData> moved = new HashSet<>();
      Set<Integer> appending = new HashSet<>();
      for (int i = 0; i < wanted.size(); i++) {
        AuditRuleData rule = wanted.get(i);
        boolean there = held.containsKey(rule);
        boolean front = isNever(rule) && !wantedBefore(i);
        boolean wrong = there && standsBehind(i, front);
        if (!front && (wrong || !there && mustStandBefore(i))) {
          // It will stand at the end; so must all that follows.
          appending.add(list(rule));
        }
        boolean move = front ? wrong : appending.contains(list(rule));
        if (there && move && ours.contains(rule)) {
          moved.add(rule);
        }
      }
      return moved;
    }

    /// Whether a rule that is wanted before this one, in its list, is no `never` rule.
    private boolean wantedBefore(int index) {
      int list = list(wanted.get(index));
      return wanted.subList(0, index).stream().anyMatch(r -> list(r) == list && !isNever(r));
    }

    /// Whether a rule that decides otherwise and should follow this one stands before it. One that
    /// is not ours counts only where it need not be moved itself: else it would never be right.
    private boolean standsBehind(int index, boolean anybodys) {
      AuditRuleData rule = wanted.get(index);
      int at = held.get(rule);
      return decideOtherwise(index)
          .anyMatch(r -> held.getOrDefault(r, at) < at && (anybodys || ours.contains(r)));
    }

    /// Whether something that decides otherwise is to follow it in its list.
    private boolean mustStandBefore(int index) {
      return decideOtherwise(index).findAny().isPresent();
    }

    private Stream<AuditRuleData> decideOtherwise(int index) {
      AuditRuleData rule = wanted.get(index);
      return neversWanted
          ? wanted.subList(index + 1, wanted.size()).stream()
              .filter(r -> list(r) == list(rule) && isNever(r) != isNever(rule))
          : Stream.empty();
    }

    private Step placed(AuditRuleData rule) {
      boolean front = rule.inFront() || isNever(rule) && !wantedBefore(wanted.indexOf(rule));
      return new Add(front ? rule.atFront() : rule.atEnd());
    }
  }

  /// The path that a rule's tree or watch hangs on; empty when it has none.
  static String place(AuditRuleData rule) {
    String dir = rule.textOf(AuditConstants.AUDIT_DIR);
    return dir.isEmpty() ? rule.textOf(AuditConstants.AUDIT_WATCH) : dir;
  }

  static boolean isNever(AuditRuleData rule) {
    return rule.action() == AuditConstants.AUDIT_NEVER;
  }

  /// The list without its flags.
  static int list(AuditRuleData rule) {
    return rule.flags() & ~AuditConstants.AUDIT_FILTER_PREPEND;
  }
}
