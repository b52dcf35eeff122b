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
  public boolean trustsHeld() {
    return !hangsOnPath();
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
      return new Wish(List.of(rule), Set.of(), "", null, null);
    }
    Sight sight = Sight.of(path(), key().isEmpty() ? "none" : key());
    // Of a file the kernel follows the name by itself, even one that is not there yet.
    boolean directory = !rule.textOf(AuditConstants.AUDIT_DIR).isEmpty();
    return directory && !sight.watchable()
        ? Wish.none(sight.reason())
        : new Wish(List.of(rule), Set.of(), directory ? sight : "", null, null);
  }

  private boolean hangsOnPath() {
    return !RulePlan.place(rule).isEmpty();
  }

  private Path path() {
    return Path.of(RulePlan.place(rule));
  }
}
