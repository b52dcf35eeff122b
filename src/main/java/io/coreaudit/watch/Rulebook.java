package io.coreaudit.watch;

import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.NamespaceThread;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.rule.Architecture;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.RuleListing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The rules of this host as somebody at a terminal wants to see and change them, without a running
/// agent. What they are about is looked at in the host's mount namespace, as the agent does.
public final class Rulebook implements AutoCloseable {
  private final AuditKernel kernel;
  private final Home home;
  private final NamespaceThread there;
  private final WatchKeeper keeper;
  private final RuleListing listing = new RuleListing(Architecture.host());

  private Rulebook(
      AuditKernel kernel, WatchSettings wanted, Path stateFile, HostNamespace namespace) {
    this.kernel = kernel;
    home = new Home();
    if (!namespace.isOwn()) {
      home.stay();
    }
    there = new NamespaceThread(namespace, "rules", HostNamespaces.NEEDED_BY_RULES);
    keeper = there.call(() -> keeper(wanted.resolved(), stateFile));
  }

  private WatchKeeper keeper(WatchSettings wanted, Path stateFile) {
    List<Claim> claims = wanted.claims(List.of(), Master.of(stateFile, home)::is);
    return new WatchKeeper(kernel, claims, stateFile, event -> {}, System::nanoTime, home);
  }

  /// Opens it.
  ///
  /// @param stateFile where it stands which rules are ours
  /// @param namespace in which paths mean what they mean to the host
  /// @throws IllegalArgumentException when a pack has a fault
  public static Rulebook of(
      AuditControl control, WatchSettings wanted, Path stateFile, HostNamespace namespace) {
    return of(AuditKernel.of(control), wanted, stateFile, namespace);
  }

  static Rulebook of(
      AuditKernel kernel, WatchSettings wanted, Path stateFile, HostNamespace namespace) {
    return new Rulebook(kernel, wanted, stateFile, namespace);
  }

  /// One rule that is loaded.
  ///
  /// @param text as `auditctl -l` prints it
  /// @param purpose what it is for: `path /etc`; empty when it is not ours
  public record Line(String text, String purpose) {}

  /// All rules that are loaded, in the kernel's order.
  public List<Line> list() {
    return there.call(this::lines);
  }

  private List<Line> lines() {
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

  /// The rules, of all that are loaded, that take from every other what it should see, as `auditctl
  /// -l` prints them.
  public static List<String> blinding(List<AuditRuleData> loaded) {
    RuleListing listing = new RuleListing(Architecture.host());
    return loaded.stream().filter(Shadows::blinds).map(listing::line).toList();
  }

  /// What `apply` would do, a line a step: `+` a rule that comes, `-` one that goes, with what it
  /// is for.
  public List<String> plan() {
    return there.call(this::steps);
  }

  private List<String> steps() {
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
    return there.call(
        () -> {
          keeper.begin();
          return keeper.watches();
        });
  }

  /// Takes away every rule of ours.
  ///
  /// @return how many went
  public int remove() {
    return there.call(
        () -> {
          keeper.plan();
          int before = kernel.rules().size();
          keeper.removeAll();
          return before - kernel.rules().size();
        });
  }

  /// Whether rules can be changed at all before the next boot.
  public boolean locked() {
    return kernel.status().locked();
  }

  /// Lets its threads go.
  @Override
  public void close() {
    there.close();
    home.close();
  }
}
