package io.coreaudit.watch;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.mount.Places;
import io.coreaudit.rule.AuditRuleData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// What one look at the kernel found, what is to be done about it, and what came of it. The
/// keeper's own.
final class Look {
  final List<AuditRuleData> list;
  final Set<AuditRuleData> held;
  final Set<AuditRuleData> ours;
  final List<AuditRuleData> wanted = new ArrayList<>();
  final Set<AuditRuleData> mayStay = new HashSet<>();
  final List<AuditRuleData> anew = new ArrayList<>();
  final Set<AuditRuleData> added = new HashSet<>();
  final Map<AuditRuleData, String> refused = new HashMap<>();
  final Map<AuditRuleData, String> stuck = new HashMap<>();

  /// Rules of others on the anchor, and whether they went.
  final Map<AuditRuleData, Boolean> foreign = new LinkedHashMap<>();

  /// What those that are wanted are wanted for.
  private final Map<AuditRuleData, Claim.Wish> wishes = new HashMap<>();

  private final Supplier<Places> where;
  private Places places;

  /// @param list what the kernel holds, list by list in its order
  /// @param ours what of it may be deleted
  /// @param where asked for where paths lie, once, when that matters
  Look(List<AuditRuleData> list, Set<AuditRuleData> ours, Supplier<Places> where) {
    this.list = list;
    this.held = new HashSet<>(list);
    this.ours = ours;
    this.where = where;
  }

  RulePlan plan() {
    return RulePlan.of(wanted, mayStay, list, ours, new HashSet<>(anew));
  }

  void want(List<AuditRuleData> rules, Claim.Wish wish) {
    wanted.addAll(rules);
    // Of equal rules the first is loaded.
    rules.forEach(rule -> wishes.putIfAbsent(rule, wish));
  }

  void take(Kept each) {
    if (each.wants()) {
      want(each.rules(), each.seen);
      anew.addAll(each.anew());
    } else {
      mayStay.addAll(each.mayStay());
    }
  }

  /// What a rule stands on when it is loaded now.
  String stand(AuditRuleData rule) {
    Claim.Wish wish = wishes.get(rule);
    return wish == null ? "" : stand(wish, rule);
  }

  /// The same for a rule of a wish: what it hangs on, and what is mounted below, which a rule on a
  /// directory covers with it.
  String stand(Claim.Wish wish, AuditRuleData rule) {
    String directory = rule.textOf(AuditConstants.AUDIT_DIR);
    return directory.isEmpty() ? wish.stand() : wish.stand() + places().below(directory);
  }

  /// Where paths lie.
  Places places() {
    if (places == null) {
      places = where.get();
    }
    return places;
  }
}
