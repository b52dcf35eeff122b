package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.Places;
import io.coreaudit.rule.AuditRuleData;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the rules in the kernel that the claims take, and touches no rule of anybody else.
///
/// Ours are what [OwnRules] knows, and every rule on the anchor.
///
/// Each check asks every claim what it takes now and the kernel what it holds, has [RulePlan] find
/// the smallest change, and makes it, a few rules at a time. A rule that the kernel refuses makes
/// its claim uncovered, with the reason; the others go on. What somebody took away comes back as
/// [Comeback] says.
///
/// One at a time, and as paths mean something else in another mount namespace, on one thread. After
/// `removeAll` nothing is loaded any more.
public final class WatchKeeper {
  /// The key of every rule for `watch.paths`.
  public static final String KEY = "coreaudit_watch";

  private static final Logger LOG = LoggerFactory.getLogger(WatchKeeper.class);

  /// What is watched with all that is mounted below it; a secret is one file system.
  private static final Set<Watch.Kind> TREES =
      EnumSet.of(Watch.Kind.PATH, Watch.Kind.ETCD, Watch.Kind.PACK);

  /// Reloading hundreds of rules at once has hung nodes.
  private static final int STEPS_AT_ONCE = 20;

  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /// Why a rule that should go stays, as far as it was told.
  private final Map<AuditRuleData, String> stuckTold = new HashMap<>();

  /// Rules of others on the anchor that could not be taken away, and were told.
  private final Set<AuditRuleData> foreignStays = new HashSet<>();

  /// Who loads one again and again is not told each time.
  private final Sparing foreignNews;

  /// Whether a first look is over.
  private boolean looked;

  private final AuditKernel kernel;
  private final Consumer<OwnEvent> tell;
  private final LongSupplier clock;
  private final OwnRules own;
  private final Premise hostMounts;
  private final Premise changesTold;
  private final Premise namesFollowed;
  private final IoUring ioUring;
  private List<Kept> kept = List.of();

  /// The directory whose every rule is ours, whoever loaded it.
  private String anchor = "";

  private boolean lostTags;

  /// Rules of the anchor of which the kernel did not say in time whether it loads them.
  private final Set<AuditRuleData> late = new HashSet<>();

  private List<String> attachedAt = List.of();
  private boolean ended;
  private volatile List<Watch> watches = List.of();
  private volatile List<Path> canaries = List.of();

  /// Creates a keeper; nothing is loaded before `begin`.
  ///
  /// @param claims what is to be watched, in the order in which the kernel should hold the rules
  /// @param stateFile where the wire forms that we loaded are kept
  /// @param tell takes the events that say what became of a watch
  WatchKeeper(
      AuditKernel kernel, List<? extends Claim> claims, Path stateFile, Consumer<OwnEvent> tell) {
    this(kernel, claims, stateFile, tell, System::nanoTime, new Home());
  }

  /// Creates one that may work in another mount namespace than that in which its file lies.
  WatchKeeper(
      AuditKernel kernel,
      List<? extends Claim> claims,
      Path stateFile,
      Consumer<OwnEvent> tell,
      LongSupplier clock,
      Home home) {
    this.kernel = kernel;
    this.own = new OwnRules(kernel, stateFile, home);
    this.tell = tell;
    this.clock = clock;
    this.foreignNews = new Sparing(clock);
    this.hostMounts = new Premise("the host's mounts and paths", "", Watch.Cause.NOT_ENTERED, tell);
    this.changesTold =
        new Premise("what the kernel tells of changes", "", Watch.Cause.SHADOWED, tell);
    this.namesFollowed =
        new Premise("what comes to stand at a watched path", "", Watch.Cause.NOT_FOLLOWED, tell);
    this.ioUring = new IoUring(kernel, own, tell);
    claim(claims);
  }

  /// The claims of `watch.paths`.
  static List<Claim> paths(List<Path> paths) {
    return paths.stream()
        .<Claim>map(path -> new PathClaim(Watch.Kind.PATH, path, KEY, false))
        .toList();
  }

  /// Says in which mount namespace paths are looked at.
  void in(HostNamespace namespace) {
    String missed = namespace.missed();
    if (!missed.isEmpty()) {
      String text = "paths are those of the agent's own mounts: " + missed;
      LOG.warn("{}", text);
      hostMounts.set(text);
    }
  }

  /// Says why the kernel does not tell of all names on the way to what is watched; empty when it
  /// does.
  void namesFollowed(String trouble) {
    namesFollowed.set(trouble);
  }

  /// Whether the kernel tells of all changes of rules, and of what is attached.
  boolean hearsChanges() {
    return changesTold.holds();
  }

  /// Whether the anchor's rules were loaded since this was last asked: what was attached to it may
  /// be lost.
  synchronized boolean takeLostTags() {
    boolean lost = lostTags;
    lostTags = false;
    return lost;
  }

  /// Says where lies what is attached to the anchor, and below which directories more will.
  synchronized void attachedAt(List<String> places) {
    attachedAt = places;
  }

  /// Why the anchor's rules do not watch; empty when they do.
  synchronized String anchorTrouble() {
    for (Kept each : kept) {
      if (each.claim instanceof AnchorClaim && each.watch != null) {
        return each.watch.covered() ? "" : each.watch.reason();
      }
    }
    return "the anchor has no rules yet";
  }

  /// The directories that rules are on, also where others take from them, as the rules name them.
  synchronized List<String> directories() {
    return kept.stream()
        .filter(each -> TREES.contains(each.claim.kind()))
        .filter(each -> each.watch != null)
        .filter(each -> each.watch.covered() || each.watch.cause() == Watch.Cause.SHADOWED)
        .flatMap(each -> each.bound.rules().stream())
        .map(rule -> rule.textOf(AuditConstants.AUDIT_DIR))
        .filter(directory -> !directory.isEmpty())
        .distinct()
        .toList();
  }

  /// Sets what is to be watched from the next check on; what stays keeps its history.
  synchronized void claim(List<? extends Claim> claims) {
    Map<Claim, Kept> known = new HashMap<>();
    kept.forEach(each -> known.put(each.claim, each));
    kept =
        new LinkedHashSet<>(claims)
            .stream()
                .map(
                    claim ->
                        known.containsKey(claim) ? known.get(claim).as(claim) : new Kept(claim))
                .toList();
  }

  /// Does that, and tells what is watched no more: nobody asked for it.
  synchronized void claimAndTell(List<? extends Claim> claims) {
    List<Kept> before = kept;
    claim(claims);
    Set<Kept> now = new HashSet<>(kept);
    for (Kept each : before) {
      if (!now.contains(each) && each.isMissed()) {
        tell.accept(each.dropped());
      }
    }
  }

  /// Loads what is missing, and takes away what we loaded once and nobody wants now.
  ///
  /// @throws UncheckedIOException when it could not be written down which rules are ours
  public synchronized void begin() {
    if (!kept.isEmpty() || !own.isEmpty()) {
      // Also when nothing changed: a start fails here when the file cannot be written.
      own.write();
    }
    check();
  }

  /// Looks what the kernel holds, loads again what went or stands on something else now, and tells
  /// what changed.
  public synchronized void check() {
    check(List.of());
  }

  /// Does that after the stream told of changes that were not ours.
  synchronized void check(List<ConfigChange> changes) {
    if (ended) {
      return;
    }
    long nowNs = clock.getAsLong();
    Look look = look(changes, nowNs);
    apply(look.plan(), look);
    tellForeign(look.foreign, changes);
    tellLoadedAgain(changes);
    // What stays there takes from ours like any rule of others.
    look.ours.removeAll(foreignStays);
    Shadows shadows = new Shadows(look.list, look.ours, look::places);
    String hides = shadows.hidesChanges();
    ioUring.look(!kept.isEmpty());
    changesTold.set(
        hides == null ? "" : "what somebody takes away is seen by the sweep only: " + hides);
    for (Kept each : kept) {
      // Not as it was looked at: that there is no list for some may have come out just now.
      each.conclude(
          ioUring.usable(each.rules()),
          look.refused,
          look.stuck,
          rule -> own.standsElsewhere(rule, each.seen.stand()),
          shadow(shadows, each, look),
          nowNs);
      OwnEvent news = each.news();
      OwnEvent drift = each.drift();
      if (drift != null) {
        tell.accept(drift);
      }
      if (news != null) {
        tell.accept(news);
      }
    }
    watches =
        Stream.concat(
                kept.stream().map(each -> each.watch),
                Stream.of(hostMounts, changesTold, namesFollowed, ioUring.seen())
                    .map(Premise::watch)
                    .filter(Objects::nonNull))
            .toList();
    canaries =
        kept.stream()
            .filter(each -> each.watch.covered() && each.seen.canary() != null)
            .map(each -> each.seen.canary())
            .toList();
    own.tidy();
    looked = true;
  }

  /// Looks what is there, what the kernel holds, and what is to be done about it.
  private Look look(List<ConfigChange> changes, long nowNs) {
    lookAtClaims();
    List<AuditRuleData> list = kernel.rules();
    own.keepOnly(new HashSet<>(list));
    Look look = new Look(list, ours(list), Places::here);
    lostTags |= late.removeIf(look.held::contains);
    for (Kept each : kept) {
      Predicate<AuditRuleData> standsHere = rule -> own.standsOn(rule, look.stand(each.seen, rule));
      each.look(look.held, look.ours, standsHere, changes, usable(each.seen), nowNs);
      look.take(each);
    }
    return look;
  }

  /// What somebody loaded on the anchor takes from all secrets, or adds to them: it goes, and is
  /// told. What stood there before the first look was loaded at boot for an older agent, or by one
  /// that left it: nobody's drift.
  private void tellForeign(Map<AuditRuleData, Boolean> foreign, List<ConfigChange> changes) {
    foreignStays.retainAll(foreign.keySet());
    int untold = foreignNews.takeLeft();
    if (untold > 0) {
      tell.accept(
          drift("foreign_rule_on_anchor")
              .with("path", anchor)
              .with("rules", untold)
              .with("done", "taken away")
              .build());
    }
    foreign.forEach(
        (rule, went) -> {
          boolean news = went || foreignStays.add(rule);
          if (news && !looked) {
            LOG.info("{}: {}", went ? "taken from the anchor" : "stays on the anchor", rule);
          } else if (news && foreignNews.mayTell()) {
            ConfigChange by =
                changes.stream().filter(change -> change.brought(rule)).findFirst().orElse(null);
            String key = rule.textOf(AuditConstants.AUDIT_FILTERKEY);
            OwnEvent.Fields event =
                drift("foreign_rule_on_anchor")
                    .with("path", anchor)
                    .with("key", key.isEmpty() ? null : key)
                    .with("detail", rule.toString())
                    .with("done", went ? "taken away" : "it stays: the kernel refused");
            tell.accept(ConfigChange.tell(by, event).build());
          }
        });
  }

  /// Rules of the anchor that somebody took away and loaded again before this look: they stand as
  /// if nothing had been, and what was attached to them went.
  private void tellLoadedAgain(List<ConfigChange> changes) {
    for (Kept each : kept) {
      if (!(each.claim instanceof AnchorClaim) || each.isGone()) {
        continue;
      }
      for (ConfigChange change : changes) {
        if (each.rules().stream().anyMatch(change::took)) {
          lostTags = true;
          OwnEvent.Fields event =
              drift("rule_gone")
                  .with("path", each.claim.name())
                  .with("key", each.claim.key())
                  .with("done", "loaded by somebody else; all secrets are attached again");
          tell.accept(change.tell(event).build());
          return;
        }
      }
    }
  }

  private void lookAtClaims() {
    for (Kept each : kept) {
      each.seen = each.claim.look();
      if (each.claim instanceof AnchorClaim && each.seen.watchable()) {
        anchor = RulePlan.place(each.seen.rules().getFirst());
      }
    }
  }

  /// What a check would do to the rules now; does nothing. For a keeper that has not begun.
  synchronized RulePlan plan() {
    return look(List.of(), clock.getAsLong()).plan();
  }

  /// What a rule is for, among the claims; empty when none of them takes it.
  synchronized String purpose(AuditRuleData rule) {
    for (Kept each : kept) {
      if (each.seen != null && each.seen.rules().contains(rule)) {
        return each.claim.kind().label() + " " + each.claim.name();
      }
    }
    return "";
  }

  /// Whether a rule is one of ours.
  synchronized boolean isOurs(AuditRuleData rule) {
    return own.contains(rule) || isOnAnchor(rule);
  }

  private String shadow(Shadows shadows, Kept each, Look look) {
    for (AuditRuleData rule : each.rules()) {
      List<String> elsewhere = each.claim instanceof AnchorClaim ? attachedAt : List.of();
      boolean justLoaded = look.added.contains(rule);
      // Whoever writes a pack may rely on what others leave out in general; not on one path of his.
      String shadow =
          each.claim instanceof PackClaim
              ? shadows.overPath(rule, justLoaded)
              : shadows.over(rule, justLoaded, elsewhere);
      if (shadow != null) {
        return shadow;
      }
    }
    return null;
  }

  private Set<AuditRuleData> ours(List<AuditRuleData> held) {
    Set<AuditRuleData> ours = own.copy();
    held.stream().filter(this::isOnAnchor).forEach(ours::add);
    return ours;
  }

  private boolean isOnAnchor(AuditRuleData rule) {
    return !anchor.isEmpty() && RulePlan.place(rule).equals(anchor);
  }

  private List<AuditRuleData> usable(Claim.Wish wish) {
    return ioUring.usable(wish.rules());
  }

  private void apply(RulePlan plan, Look look) {
    int steps = 0;
    for (List<RulePlan.Step> group : plan.groups()) {
      if (steps >= STEPS_AT_ONCE) {
        // Never within a group: what was taken away in it would be missing for so long.
        LockSupport.parkNanos(PAUSE_NS);
        steps = 0;
      }
      steps += group.size();
      group.forEach(step -> make(step, look));
    }
  }

  private void make(RulePlan.Step step, Look look) {
    switch (step) {
      case RulePlan.Add add when look.stuck.containsKey(add.rule()) -> {
        // It was not taken away: it still stands. A locked kernel would refuse it, held or not.
      }
      case RulePlan.Add add -> {
        try {
          add(add.rule(), look.stand(add.rule()));
          look.added.add(add.rule());
        } catch (KernelException | UncheckedIOException e) {
          if (!ioUring.isMissing(add.rule(), e)) {
            look.refused.put(add.rule(), e.getMessage());
          }
        }
      }
      case RulePlan.Delete delete when delete.again() -> {
        try {
          own.delete(delete.rule());
          stuckTold.remove(delete.rule());
        } catch (KernelException e) {
          if (!e.getMessage().equals(stuckTold.put(delete.rule(), e.getMessage()))) {
            LOG.warn("a rule stays as it is: {}", e.getMessage());
          }
          look.stuck.put(delete.rule(), e.getMessage());
        }
      }
      case RulePlan.Delete delete when own.contains(delete.rule()) -> own.forget(delete.rule());
      case RulePlan.Delete delete when isOnAnchor(delete.rule()) ->
          look.foreign.put(delete.rule(), own.forget(delete.rule()));
      case RulePlan.Delete delete ->
          throw new IllegalStateException("the plan deletes a rule of others: " + delete.rule());
    }
  }

  /// Takes the rules of what this canary stands for away and loads them again, as far as they are
  /// ours; with them all others of ours on the same path, for the kernel keeps one tree a path as
  /// long as any rule holds it.
  public synchronized void reload(Path canary) {
    if (ended) {
      return;
    }
    List<Kept> bound = kept.stream().filter(each -> each.bound != null).toList();
    Set<String> places = new HashSet<>();
    for (Kept each : bound) {
      if (canary.equals(each.bound.canary())) {
        usable(each.bound).forEach(rule -> places.add(RulePlan.place(rule)));
      }
    }
    List<AuditRuleData> list = kernel.rules();
    Look look = new Look(list, ours(list), Places::here);
    List<AuditRuleData> rules = look.wanted;
    for (Kept each : bound) {
      look.want(
          usable(each.bound).stream()
              .filter(rule -> places.contains(RulePlan.place(rule)))
              .toList(),
          each.bound);
    }
    look.anew.addAll(rules);
    look.mayStay.addAll(list);
    apply(look.plan(), look);
    for (AuditRuleData rule : rules) {
      String why = look.refused.getOrDefault(rule, look.stuck.get(rule));
      if (why != null) {
        throw new IllegalStateException(why);
      }
    }
  }

  /// Forgets how often rules went: what is away comes back with the next check.
  synchronized void forgive() {
    kept.forEach(Kept::forgive);
  }

  /// Loads a rule for a moment that is nobody's watch.
  ///
  /// @return whether the kernel took it; then `lift` must follow
  synchronized boolean lay(AuditRuleData rule) {
    if (ended) {
      return false;
    }
    try {
      add(rule, "");
      return true;
    } catch (KernelException | UncheckedIOException e) {
      LOG.debug("a rule for a moment is refused", e);
      return false;
    }
  }

  /// Takes it away again; what a crash leaves of it goes with the next start.
  synchronized void lift(AuditRuleData rule) {
    if (own.contains(rule) && own.forget(rule)) {
      own.tidy();
    }
  }

  private void add(AuditRuleData rule, String stand) {
    boolean tagged = isOnAnchor(rule) && !RulePlan.isNever(rule);
    try {
      own.add(rule, stand);
      late.remove(rule);
      // Also one that is there already: a moment ago it was not.
      lostTags |= tagged;
    } catch (KernelException e) {
      if (tagged && e.errno() == Errno.ETIMEDOUT) {
        late.add(rule);
      }
      throw e;
    }
  }

  /// Takes away every rule that we loaded; none is loaded after it.
  public synchronized void removeAll() {
    ended = true;
    for (AuditRuleData rule : anchor.isEmpty() ? own.copy() : ours(kernel.rules())) {
      own.forget(rule);
    }
    own.tidy();
  }

  /// Whether something is away and will be brought back.
  synchronized boolean waits() {
    return kept.stream().anyMatch(Kept::waiting);
  }

  /// When the first of what is away may be brought back; only while something waits.
  synchronized long dueNs() {
    long nowNs = clock.getAsLong();
    long due = nowNs + TimeUnit.HOURS.toNanos(1);
    for (Kept each : kept) {
      if (each.waiting() && each.dueNs() - due < 0) {
        due = each.dueNs();
      }
    }
    return due;
  }

  /// The paths that the claims hang on, as the users wrote them.
  synchronized List<Path> places() {
    return kept.stream().flatMap(each -> each.claim.places().stream()).toList();
  }

  /// The paths that the rules hang on, as the kernel has them.
  synchronized List<String> standing() {
    return kept.stream()
        .filter(each -> each.bound != null)
        .map(each -> RulePlan.place(each.bound.rules().getFirst()))
        .filter(place -> !place.isEmpty())
        .toList();
  }

  /// How each watch stands. Any thread.
  public List<Watch> watches() {
    return watches;
  }

  /// What can be opened to hear whether the rules still fire, in the order of the claims. Any
  /// thread.
  public List<Path> canaries() {
    return canaries;
  }

  /// How many watches are not covered and should be. Any thread.
  public long uncovered() {
    return watches.stream().filter(Watch::open).count();
  }

  static OwnEvent.Fields drift(String what) {
    return OwnEvent.of(EventKind.DRIFT).with("what", what);
  }
}
