package io.coreaudit.watch;

import static io.coreaudit.watch.TableKernel.rule;
import static io.coreaudit.watch.TableKernel.rulesOn;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.rule.AuditRuleData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of rules that somebody takes away, and of rules that share a table with ours.
final class KeeperDriftTest {
  private final TableKernel kernel = new TableKernel();
  private final List<String> told = new ArrayList<>();
  @TempDir private Path temp;
  private Path dir;
  private Path watched;
  private long nowNs;

  @BeforeEach
  void prepare() throws Exception {
    dir = temp.toRealPath();
    watched = Files.createDirectory(dir.resolve("w"));
  }

  private WatchKeeper begun(List<Claim> claims) {
    WatchKeeper keeper =
        new WatchKeeper(
            kernel, claims, dir.resolve("rules.state"), this::tell, () -> nowNs, new Home());
    keeper.begin();
    return keeper;
  }

  private WatchKeeper begun() {
    return begun(WatchKeeper.paths(List.of(watched)));
  }

  /// With a pack of these rules, a line each.
  private WatchKeeper begunWithPack(AuditRuleData... rules) {
    List<Claim> claims = new ArrayList<>();
    for (AuditRuleData rule : rules) {
      claims.add(new PackClaim("p.rules:" + (claims.size() + 1), rule));
    }
    return begun(claims);
  }

  private void tell(OwnEvent event) {
    told.add(event.kind() + " " + new String(event.text(), StandardCharsets.UTF_8));
  }

  @Test
  void shouldBringBackAndEndInAContest() {
    WatchKeeper keeper = begun();
    long[] waits = {0, 5, 30, 300, 600, 600};
    for (int i = 0; i < waits.length; i++) {
      kernel.rules.clear();
      told.clear();
      keeper.check();
      boolean contested = i >= 4;
      if (waits[i] > 0) {
        assertThat(kernel.rules).as("waits").isEmpty();
        assertThat(keeper.watches().getFirst().state())
            .isEqualTo(contested ? Watch.State.CONTESTED : Watch.State.UNCOVERED);
        assertThat(keeper.watches().getFirst().cause())
            .isEqualTo(contested ? Watch.Cause.CONTESTED : Watch.Cause.REMOVED);
        assertThat(keeper.waits()).isTrue();
        assertThat(keeper.dueNs() - nowNs).isEqualTo(TimeUnit.SECONDS.toNanos(waits[i]));
        keeper.check();
        assertThat(told).as("told once").hasSize(2);
        nowNs += TimeUnit.SECONDS.toNanos(waits[i]);
        keeper.check();
      }
      assertThat(kernel.rules).isEqualTo(rulesOn(watched, WatchKeeper.KEY));
      assertThat(told.getFirst()).startsWith("DRIFT what=\"rule_gone\"");
      assertThat(keeper.waits()).isFalse();
    }
    keeper.forgive();
    kernel.rules.clear();
    keeper.check();
    assertThat(kernel.rules).as("at once, after it was forgiven").hasSize(3);
  }

  @Test
  void shouldNotBindAnewWithoutEndWhatIsExchangedWithoutEnd() throws Exception {
    WatchKeeper keeper = begun();
    for (int i = 0; i <= 20; i++) {
      exchange();
      keeper.check();
      assertThat(keeper.uncovered()).as("at once, exchange %s", i).isZero();
    }
    for (long wait : new long[] {5, 30, 300, 600, 600}) {
      exchange();
      told.clear();
      kernel.added.clear();
      keeper.check();
      keeper.check();
      assertThat(kernel.added).isEmpty();
      assertThat(kernel.rules).as("they stay").isEqualTo(rulesOn(watched, WatchKeeper.KEY));
      assertThat(told).as("told once").hasSize(2);
      assertThat(told.getFirst()).startsWith("DRIFT what=\"path_replaced\"");
      assertThat(keeper.watches().getFirst().state())
          .isEqualTo(wait == 600 ? Watch.State.CONTESTED : Watch.State.UNCOVERED);
      assertThat(keeper.dueNs() - nowNs).isEqualTo(TimeUnit.SECONDS.toNanos(wait));
      nowNs += TimeUnit.SECONDS.toNanos(wait);
      keeper.check();
      assertThat(kernel.added).isEqualTo(rulesOn(watched, WatchKeeper.KEY));
      assertThat(keeper.uncovered()).isZero();
    }
    exchange();
    keeper.check();
    keeper.forgive();
    keeper.check();
    assertThat(keeper.uncovered()).as("forgiven").isZero();
  }

  private void exchange() throws Exception {
    Files.move(watched, Files.createTempDirectory(dir, "old").resolve("w"));
    Files.createDirectory(watched);
  }

  @Test
  void shouldTellWhoTookARuleAway() {
    WatchKeeper keeper = begun();
    told.clear();
    kernel.rules.removeFirst();
    String theSame = ": auid=7 ses=1 op=remove_rule key=\"coreaudit_watch\" list=";
    ConfigChange other =
        ConfigChange.of("audit(1.0:1): auid=7 ses=1 op=remove_rule key=\"x\" list=4 res=1");
    ConfigChange onOtherList = ConfigChange.of("audit(1.0:1)" + theSame + "7 res=1");
    ConfigChange refused = ConfigChange.of("audit(1.0:1)" + theSame + "4 res=0");
    ConfigChange later = ConfigChange.of("audit(1.0:3)" + theSame + "4 res=1");
    ConfigChange change =
        ConfigChange.of(
            "audit(1.0:2): auid=1000 ses=3 op=remove_rule key=\"coreaudit_watch\" list=4 res=1");
    keeper.check(List.of(onOtherList, refused, change, other, refused, later));
    assertThat(told)
        .singleElement()
        .asString()
        .contains("done=\"loaded again\"", "by=\"process\"", "auid=\"1000\" ses=\"3\"");
  }

  @Test
  void shouldTellOfARuleThatWentAlsoWhenTheLookFailsOnItsWay() {
    Kept kept = new Kept(WatchKeeper.paths(List.of(watched)).getFirst());
    look(kept, Set.of(), List.of());
    assertThat(kept.news()).isNotNull();
    assertThat(kept.drift()).isNull();
    String text = "audit(1.0:1): auid=7 ses=1 op=remove_rule key=\"coreaudit_watch\" list=4 res=1";
    kept.look(Set.of(), Set.of(), rule -> true, List.of(ConfigChange.of(text)), kept.rules(), 1);
    look(kept, Set.of(), List.of());
    assertThat(kept.news()).isNull();
    OwnEvent drift = kept.drift();
    assertThat(new String(drift.text(), StandardCharsets.UTF_8))
        .startsWith("what=\"rule_gone\"")
        .contains("auid=\"7\"");
    assertThat(kept.drift()).as("once").isNull();
  }

  private static void look(Kept kept, Set<AuditRuleData> held, List<ConfigChange> changes) {
    kept.seen = kept.claim.look();
    List<AuditRuleData> rules = kept.seen.rules();
    kept.look(held, Set.of(), rule -> true, changes, rules, 1);
    kept.conclude(rules, Map.of(), Map.of(), rule -> false, null, 1);
  }

  @Test
  void shouldSayThatNobodyToldWhoItWas() {
    WatchKeeper keeper = begun();
    told.clear();
    kernel.rules.removeFirst();
    keeper.check();
    assertThat(told).singleElement().asString().contains("by=\"unknown\"");
  }

  @Test
  void shouldGoOnWithTheOthersWhenARuleIsRefused() throws Exception {
    Path other = Files.createDirectory(dir.resolve("other"));
    kernel.refused = rule -> RulePlan.place(rule).equals(watched.toString());
    WatchKeeper keeper = begun(WatchKeeper.paths(List.of(watched, other)));
    assertThat(kernel.rules).isEqualTo(rulesOn(other, WatchKeeper.KEY));
    assertThat(keeper.watches().getFirst().reason()).contains("EINVAL");
    assertThat(keeper.watches().getFirst().cause()).isEqualTo(Watch.Cause.REFUSED);
    kernel.refused = rule -> false;
    keeper.check();
    assertThat(keeper.uncovered()).isZero();
  }

  private static boolean isOfIoUring(AuditRuleData rule) {
    return RulePlan.list(rule) == AuditConstants.AUDIT_FILTER_URING_EXIT;
  }

  @Test
  void shouldNotTakeOneRefusedRuleForAKernelWithoutTheListOfIoUring() throws Exception {
    Path other = Files.createDirectory(dir.resolve("other"));
    kernel.refused = rule -> isOfIoUring(rule) && RulePlan.place(rule).equals(watched.toString());
    WatchKeeper keeper = begun(WatchKeeper.paths(List.of(watched, other)));
    assertThat(keeper.watches())
        .extracting(Watch::state)
        .containsExactly(Watch.State.UNCOVERED, Watch.State.COVERED);
    assertThat(keeper.watches().getFirst().cause()).isEqualTo(Watch.Cause.REFUSED);
    assertThat(kernel.rules)
        .as("those of the other, and nothing else")
        .containsAll(rulesOn(other, WatchKeeper.KEY))
        .hasSize(5);
    keeper.check();
    assertThat(kernel.added)
        .filteredOn(rule -> RulePlan.place(rule).isEmpty())
        .as("the list is known to be there")
        .hasSize(1);
  }

  @Test
  void shouldSayThatIoUringIsNotSeenWhereTheKernelHasNoListForIt() {
    kernel.refused = KeeperDriftTest::isOfIoUring;
    WatchKeeper keeper = begun();
    assertThat(kernel.rules).isEqualTo(rulesOn(watched, WatchKeeper.KEY).subList(0, 2));
    assertThat(keeper.watches()).hasSize(2);
    assertThat(keeper.watches().getFirst().covered()).isTrue();
    Watch blind = keeper.watches().getLast();
    assertThat(blind.open()).isTrue();
    assertThat(blind.cause()).isEqualTo(Watch.Cause.NO_LIST);
    assertThat(blind.reason()).startsWith("this kernel has io_uring and no list of rules for it");
    assertThat(told).anyMatch(event -> event.contains("path=\"what is done by io_uring\""));
    kernel.ioUring = false;
    keeper.check();
    assertThat(keeper.uncovered()).as("nothing that would need it").isZero();
    assertThat(told).last().asString().startsWith("WATCH state=\"covered\"");
    assertThat(new RulesState(dir.resolve("rules.state")).read()).hasSize(2);
  }

  @Test
  void shouldBindOnlyTheSilentPathAnew() throws Exception {
    Path other = Files.createDirectory(dir.resolve("other"));
    WatchKeeper keeper = begun(WatchKeeper.paths(List.of(watched, other)));
    AuditRuleData theirs = rule("-a always,exit -F dir=" + watched + " -F perm=x");
    kernel.rules.addFirst(theirs);
    kernel.added.clear();
    keeper.reload(watched);
    assertThat(kernel.added).isEqualTo(rulesOn(watched, WatchKeeper.KEY));
    assertThat(kernel.rules)
        .startsWith(theirs)
        .containsAll(rulesOn(other, WatchKeeper.KEY))
        .hasSize(7);
  }

  @Test
  void shouldBindAllOursOnTheSilentPathAnew() throws Exception {
    Files.writeString(
        dir.resolve("p.rules"), "-a always,exit -F dir=" + watched + " -F perm=x -F key=pack\n");
    RulePacks packs = RulePacks.read(List.of(dir), List.of("p")).resolved();
    WatchSettings wanted = new WatchSettings(List.of(watched), List.of(), true, null, packs);
    WatchKeeper keeper = begun(wanted.claims(List.of(), () -> false));
    List<AuditRuleData> all = List.copyOf(kernel.added);
    assertThat(all).hasSize(4);
    kernel.added.clear();
    keeper.reload(watched);
    assertThat(kernel.added).isEqualTo(all);
    assertThat(kernel.rules).isEqualTo(all);
  }

  @Test
  void shouldNameEveryDirectoryThatIsCoveredWhateverClaimsIt() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    Path ofPack = Files.createDirectory(dir.resolve("pack"));
    List<Claim> claims = new ArrayList<>(WatchKeeper.paths(List.of(watched, file)));
    for (String perm : new String[] {"r", "wa"}) {
      claims.add(
          new PackClaim(
              "p.rules:" + perm,
              rule("-a always,exit -F dir=%s -F perm=%s -k p".formatted(ofPack, perm))));
    }
    claims.add(new PackClaim("p.rules:9", rule("-a always,exit -F arch=b64 -S adjtimex -k p")));
    Path away = dir.resolve("away");
    claims.add(new PackClaim("p.rules:10", rule("-a always,exit -F dir=" + away + " -F perm=r")));
    claims.add(new AnchorClaim(dir.resolve("secrets"), SecretSettings.KEY));
    WatchKeeper keeper = begun(claims);
    assertThat(keeper.directories()).containsExactly(watched.toString(), ofPack.toString());
  }

  @Test
  void shouldSayThatARuleOfSomebodyElseShadowsOurs() {
    kernel.rules.add(rule("-a never,exit -F uid=0"));
    WatchKeeper keeper = begun();
    assertThat(keeper.watches().getFirst().reason())
        .isEqualTo("shadowed by -a never,exit -S all -F uid=0");
    assertThat(keeper.watches().getFirst().cause()).isEqualTo(Watch.Cause.SHADOWED);
    assertThat(keeper.directories()).as("it still sees some").containsExactly(watched.toString());
    kernel.rules.removeFirst();
    keeper.check();
    assertThat(keeper.uncovered()).isZero();
    assertThat(kernel.added).as("loaded once").hasSize(3);
  }

  @Test
  void shouldSayThatARuleOfSomebodyElseShadowsAPacksPath() {
    AuditRuleData onPath = rule("-a always,exit -F dir=" + watched + " -F perm=wa -k p");
    AuditRuleData onFile = rule("-a always,exit -F path=" + watched + "/f -F perm=wa -k p");
    AuditRuleData onCalls = rule("-a always,exit -F arch=b64 -S adjtimex -k p");
    kernel.rules.add(rule("-a never,exit -F uid=0"));
    kernel.rules.add(rule("-a never,task"));
    kernel.rules.add(rule("-a always,exclude -F msgtype=PATH"));
    WatchKeeper keeper = begunWithPack(onPath, onFile, onCalls);
    assertThat(keeper.uncovered()).as("what others leave out in general").isZero();
    kernel.rules.addFirst(rule("-a never,exit -F dir=" + dir + " -F exe=/bin/x"));
    keeper.check();
    assertThat(keeper.watches())
        .extracting(Watch::cause)
        .containsExactly(Watch.Cause.SHADOWED, Watch.Cause.SHADOWED, Watch.Cause.NONE);
  }

  @Test
  void shouldTakeEtcdsPathsThatAreNotThereForNoFault() throws Exception {
    Path member = dir.resolve("etcd");
    WatchSettings wanted =
        new WatchSettings(List.of(), List.of(member), false, null, RulePacks.NONE);
    WatchKeeper keeper = begun(wanted.claims(List.of(), () -> false));
    assertThat(keeper.uncovered()).isZero();
    assertThat(keeper.watches().getFirst().state()).isEqualTo(Watch.State.ABSENT);
    Files.createDirectory(member);
    keeper.check();
    assertThat(kernel.rules).isEqualTo(rulesOn(member, WatchSettings.ETCD_KEY));
  }

  @Test
  void shouldKeepEtcdWatchedWhileAllThatMakesAMasterIsMovedAside() throws Exception {
    Path root = Files.createDirectory(dir.resolve("root"));
    Path member = Files.createDirectories(root.resolve("var/lib/etcd/member"));
    Path manifests = Files.createDirectories(root.resolve("etc/kubernetes/manifests"));
    Path pod = Files.createFile(manifests.resolve("etcd-pod.yaml"));
    Path keys = Files.createDirectory(dir.resolve("keys"));
    Path noted = dir.resolve("master");
    Master master = new Master(root, noted, new Home());
    WatchSettings wanted = new WatchSettings(List.of(), List.of(keys), true, null, RulePacks.NONE);
    WatchKeeper keeper = begun(wanted.claims(List.of(), master::remember));
    List<AuditRuleData> rules = rulesOn(keys, WatchSettings.ETCD_KEY);
    assertThat(kernel.rules).isEqualTo(rules);
    Files.move(pod, dir.resolve("stopped"));
    Files.move(member, dir.resolve("backup"));
    told.clear();
    keeper.claimAndTell(wanted.claims(List.of(), master::remember));
    keeper.check();
    assertThat(kernel.rules).isEqualTo(rules);
    assertThat(wanted.claims(List.of(), new Master(root, noted, new Home())::is))
        .as("a later start")
        .hasSize(1);
    assertThat(told).isEmpty();
    keeper.claimAndTell(List.of());
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("WATCH state=\"dropped\" path=\"" + keys + "\" key=\"openshift_etcd\"");
  }

  @Test
  void shouldKnowAMasterByEachOfItsSigns() throws Exception {
    for (String sign :
        List.of(
            "etc/kubernetes/manifests/etcd-pod.yaml",
            "etc/kubernetes/static-pod-resources/etcd-certs",
            "var/lib/etcd/member",
            "var/lib/etcd-backup",
            "etc/origin/node/pods/etcd.yaml")) {
      Path root = Files.createTempDirectory(dir, "root");
      Master master = new Master(root, root.resolve("master"), new Home());
      assertThat(master.remember()).isFalse();
      assertThat(root.resolve("master")).doesNotExist();
      Files.createDirectories(root.resolve(sign));
      assertThat(master.is()).as(sign).isTrue();
      assertThat(root.resolve("master")).as("only looked").doesNotExist();
      assertThat(master.remember()).isTrue();
      assertThat(root.resolve("master")).exists();
    }
  }

  @Test
  void shouldLoadOnlyTheRuleThatIsNewWhenAPackGetsALine() throws Exception {
    Path file = dir.resolve("p.rules");
    String there = "-a always,exit -F dir=" + watched + " -F perm=wa -k old\n";
    Files.writeString(file, there);
    RulePacks packs = RulePacks.read(List.of(dir), List.of("p")).resolved();
    WatchSettings wanted = new WatchSettings(List.of(), List.of(), true, null, packs);
    WatchKeeper keeper = begun(wanted.claims(List.of(), () -> false));
    Watch before = keeper.watches().getFirst();
    kernel.added.clear();
    told.clear();
    String line = "-a always,exit -F dir=" + watched + " -F perm=x -k new\n";
    Files.writeString(file, "# why\n" + line + there + there);
    keeper.claimAndTell(wanted.fresh().resolvedAfter(wanted).claims(List.of(), () -> false));
    keeper.check();
    assertThat(kernel.added).containsExactly(rule(line));
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("WATCH state=\"covered\" path=\"p.rules:2 ");
    Watch after = keeper.watches().getLast();
    assertThat(keeper.watches()).as("the one that stands twice is one").hasSize(2);
    assertThat(after.path()).startsWith("p.rules:3 ");
    assertThat(after.since()).isEqualTo(before.since());
    kernel.rules.remove(rule(there));
    keeper.check();
    keeper.claimAndTell(WatchKeeper.paths(List.of()));
    assertThat(told).filteredOn(event -> event.contains("state=\"dropped\"")).hasSize(2);
  }

  @Test
  void shouldBindARuleOnAFileToTheDirectoryThatIsThereNow() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), watched);
    AuditRuleData real = rule("-a always,exit -F path=" + watched + "/config -F perm=wa -k p");
    AuditRuleData linked = rule("-a always,exit -F path=" + link + "/config -F perm=wa -k p");
    AuditRuleData away = rule("-a always,exit -F path=" + dir + "/away/config -F perm=wa -k p");
    kernel.refused = away::equals;
    WatchKeeper keeper = begunWithPack(real, linked, away);
    assertThat(kernel.rules).containsExactly(real, linked);
    assertThat(keeper.watches())
        .extracting(Watch::state)
        .containsExactly(Watch.State.COVERED, Watch.State.COVERED, Watch.State.ABSENT);
    Files.createFile(watched.resolve("config"));
    keeper.check();
    assertThat(kernel.added).as("the kernel follows the name").hasSize(2);
    Files.move(watched, dir.resolve("old"));
    Files.createDirectory(watched);
    Files.createDirectory(dir.resolve("away"));
    kernel.refused = any -> false;
    keeper.check();
    assertThat(kernel.added).containsExactly(real, linked, real, linked, away);
    assertThat(keeper.uncovered()).isZero();
    assertThat(told).filteredOn(event -> event.contains("what=\"path_replaced\"")).hasSize(2);
  }

  @Test
  void shouldNotMissARuleOfAPackThatStandsInAnotherLineNow() {
    AuditRuleData time = rule("-a always,exit -F arch=b64 -S adjtimex -k time");
    WatchKeeper keeper = begun(List.of(new PackClaim("p.rules:1", time)));
    told.clear();
    keeper.claimAndTell(List.of(new PackClaim("p.rules:2", time)));
    assertThat(told).isEmpty();
    keeper.claimAndTell(List.of());
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("WATCH state=\"dropped\" path=\"p.rules:2 ");
  }

  @Test
  void shouldKeepThePacksThatLieThereNow() throws Exception {
    Path file = dir.resolve("p.rules");
    Files.writeString(file, "-a always,exit -F arch=b64 -S adjtimex -k time\n");
    RulePacks packs = RulePacks.read(List.of(dir), List.of("p")).resolved();
    assertThat(packs.faults()).isEmpty();
    WatchSettings wanted = new WatchSettings(List.of(), List.of(), true, null, packs);
    WatchKeeper keeper = begun(wanted.claims(List.of(), () -> false));
    assertThat(kernel.rules).hasSize(1);
    assertThat(keeper.watches().getFirst().key()).isEqualTo("time");
    assertThat(wanted.fresh()).isSameAs(wanted);
    Files.writeString(file, "-D\n");
    assertThat(wanted.fresh().resolvedAfter(wanted).claims(List.of(), () -> false))
        .as("a fault changes nothing")
        .hasSize(1);
    Files.writeString(file, "-a always,exit -F arch=b64 -S settimeofday -k clock\n");
    keeper.claim(wanted.fresh().resolvedAfter(wanted).claims(List.of(), () -> false));
    keeper.check();
    assertThat(kernel.rules)
        .singleElement()
        .satisfies(
            rule -> assertThat(rule.textOf(AuditConstants.AUDIT_FILTERKEY)).isEqualTo("clock"));
    assertThat(RulePacks.read(List.of(dir), List.of("away")).faults())
        .containsExactly(dir.resolve("away.rules") + ": there is no such pack");
  }

  @Test
  void shouldTakeThePackOfTheHostBeforeItsShippedNamesake() throws Exception {
    Path own = dir.resolve("own");
    Path shipped = Files.createDirectory(dir.resolve("shipped"));
    Files.writeString(shipped.resolve("p.rules"), "-a always,exit -S adjtimex -k shipped\n");
    RulePacks packs = RulePacks.read(List.of(own, shipped), List.of("p"));
    assertThat(packs.files()).containsExactly(shipped.resolve("p.rules"));
    assertThat(packs.fresh()).isSameAs(packs);
    Path mine = Files.createDirectory(own).resolve("p.rules");
    Files.writeString(mine, "-a always,exit -S adjtimex -k own\n");
    assertThat(packs.fresh().files()).as("it came later").containsExactly(mine);
  }

  @Test
  void shouldListAmongTheWatchesThatNamesAreNotFollowed() {
    WatchKeeper keeper = begun(WatchKeeper.paths(List.of(watched)));
    assertThat(keeper.uncovered()).isZero();
    keeper.namesFollowed("no room");
    keeper.check();
    assertThat(keeper.watches())
        .last()
        .satisfies(watch -> assertThat(watch.reason()).isEqualTo("no room"))
        .matches(Watch::open);
    keeper.namesFollowed("");
    keeper.check();
    assertThat(keeper.uncovered()).isZero();
  }
}
