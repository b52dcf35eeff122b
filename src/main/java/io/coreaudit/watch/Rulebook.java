package io.coreaudit.watch;

import io.coreaudit.netlink.AuditControl;
import io.coreaudit.rule.Architecture;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.RuleListing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The rules of this host as somebody at a terminal wants to see and change them, without a running
/// agent.
public final class Rulebook {
  private final AuditKernel kernel;
  private final WatchKeeper keeper;
  private final RuleListing listing = new RuleListing(Architecture.host());

  private Rulebook(AuditKernel kernel, WatchKeeper keeper) {
    this.kernel = kernel;
    this.keeper = keeper;
  }

  /// Opens it.
  ///
  /// @param stateFile where it stands which rules are ours
  public static Rulebook of(AuditControl control, WatchSettings wanted, Path stateFile) {
    return of(AuditKernel.of(control), wanted, stateFile);
  }

  static Rulebook of(AuditKernel kernel, WatchSettings wanted, Path stateFile) {
    List<Claim> claims = wanted.claims(List.of(), Master.of(stateFile, new Home())::is);
    WatchKeeper keeper = new WatchKeeper(kernel, claims, stateFile, event -> {});
    return new Rulebook(kernel, keeper);
  }

  /// One rule that is loaded.
  ///
  /// @param text as `auditctl -l` prints it
  /// @param purpose what it is for: `path /etc`; empty when it is not ours
  public record Line(String text, String purpose) {}

  /// All rules that are loaded, in the kernel's order.
  public List<Line> list() {
    keeper.plan();
    List<Line> lines = new ArrayList<>();
    for (AuditRuleData rule : kernel.rules()) {
      String purpose = keeper.purpose(rule);
      boolean named = !purpose.isEmpty();
      String told = keeper.isOurs(rule) ? (named ? purpose : "ours, wanted no more") : "";
      lines.add(new Line(listing.line(rule), told));
    }
    return lines;
  }

  /// What `apply` would do, a line a step: `+` a rule that comes, `-` one that goes, with what it
  /// is for.
  public List<String> plan() {
    List<String> lines = new ArrayList<>();
    for (RulePlan.Step step : keeper.plan().steps()) {
      boolean add = step instanceof RulePlan.Add;
      String purpose = keeper.purpose(step.rule());
      lines.add(
          (add ? "+ " : "- ")
              + listing.line(step.rule())
              + (purpose.isEmpty() ? "" : "  # " + purpose));
    }
    return lines;
  }

  /// Loads what is missing and takes away what of ours nobody wants.
  ///
  /// @return how each watch stands then
  public List<Watch> apply() {
    keeper.begin();
    return keeper.watches();
  }

  /// Takes away every rule of ours.
  ///
  /// @return how many went
  public int remove() {
    keeper.plan();
    int before = kernel.rules().size();
    keeper.removeAll();
    return before - kernel.rules().size();
  }

  /// Whether rules can be changed at all before the next boot.
  public boolean locked() {
    return kernel.status().locked();
  }
}
