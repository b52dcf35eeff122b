package io.coreaudit.watch;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.rule.AuditRuleData;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// One rule of a pack. What it is, is the rule: one that stands in another line now, or twice, is
/// the same.
///
/// @param at where it stands: `masters.rules:12`
/// @param rule its wire form
record PackClaim(String at, AuditRuleData rule) implements Claim {
  /// What stands there has nothing to do with the keys of this rule.
  private static final String ANY_KEY = "pack";

  @Override
  public Watch.Kind kind() {
    return Watch.Kind.PACK;
  }

  @Override
  public String name() {
    return at + " " + rule;
  }

  @Override
  public String key() {
    return rule.textOf(AuditConstants.AUDIT_FILTERKEY);
  }

  @Override
  public boolean mayBeAbsent() {
    return true;
  }

  @Override
  public boolean absent() {
    return hangsOnPath() && !Files.exists(path(), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<Path> places() {
    return hangsOnPath() ? List.of(path()) : List.of();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PackClaim claim && rule.equals(claim.rule);
  }

  @Override
  public int hashCode() {
    return rule.hashCode();
  }

  @Override
  public Wish look() {
    if (!hangsOnPath()) {
      return new Wish(List.of(rule), Set.of(), List.of(), null, null);
    }
    // Of a file the kernel follows the name by itself, in the directory where it found it, even one
    // that is not there yet.
    boolean directory = !rule.textOf(AuditConstants.AUDIT_DIR).isEmpty();
    Sight sight = directory ? Sight.of(path(), ANY_KEY) : Sight.above(path(), ANY_KEY);
    return sight.watchable()
        ? new Wish(List.of(rule), Set.of(), List.of(sight), null, null)
        : Wish.none(sight.reason());
  }

  private boolean hangsOnPath() {
    return !RulePlan.place(rule).isEmpty();
  }

  private Path path() {
    return Path.of(RulePlan.place(rule));
  }
}
