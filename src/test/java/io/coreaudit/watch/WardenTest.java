package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.OwnEvents;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.Canary;
import io.coreaudit.intake.ConfigChanges;
import io.coreaudit.kernel.Errno;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.Mount;
import io.coreaudit.mount.SecretMounts;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import io.coreaudit.rule.RuleList;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The warden's own thread, on a kernel that is a table.
final class WardenTest {
  private static final String VOLUMES = "/var/lib/kubelet/pods/u/volumes/kubernetes.io~secret/";

  private final TableKernel kernel = new TableKernel();
  private final List<String> told = new CopyOnWriteArrayList<>();
  @TempDir private Path temp;
  private Path watched;
  private Path real;
  private SecretSettings anchored;
  private SecretKeeper secrets;
  private Warden warden;
  private HostNamespace namespace;

  @BeforeEach
  void prepare() throws Exception {
    Path dir = temp.toRealPath();
    watched = Files.createDirectories(dir.resolve("above/w"));
    real = Files.createDirectories(dir.resolve("elsewhere/real"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), real);
    anchored =
        new SecretSettings(dir.resolve("secrets"), SecretMounts.DEFAULT_MATCH, false, 1, List.of());
    WatchSettings wanted =
        new WatchSettings(List.of(watched, link), List.of(), true, anchored, RulePacks.NONE);
    KernelSettings settings = new KernelSettings(kernel, dir.resolve("settings.state"));
    warden =
        new Warden(
            new WatchKeeper(kernel, List.of(), dir.resolve("rules.state"), this::tell),
            new AuditSwitch(kernel, settings, true, this::tell),
            new ConfigChanges(),
            new Master(dir, dir.resolve("master"), new Home()),
            wanted,
            this::tell,
            new Home());
    secrets = new SecretKeeper(kernel, anchored, "", this::tell, ns -> {});
    warden.secrets(secrets);
    namespace = HostNamespaces.reachable("/proc/self/ns/net");
    warden.start(namespace);
    warden.begin();
    secrets.onCaughtUp();
    settled();
  }

  @AfterEach
  void end() throws Exception {
    warden.stop();
    assertThat(warden.awaitEnd(Duration.ofSeconds(10))).isTrue();
    warden.close();
    secrets.close();
    namespace.close();
  }

  private void tell(OwnEvent event) {
    told.add(event.kind() + " " + new String(event.text(), StandardCharsets.UTF_8));
  }

  @Test
  void shouldBeAnOpenWatchThatTheHostsMountsCannotBeReached() {
    Watch open =
        warden.keeper().watches().stream()
            .filter(watch -> watch.kind() == Watch.Kind.PREMISE)
            .findFirst()
            .orElseThrow();
    assertThat(open.open()).isTrue();
    assertThat(open.cause()).isEqualTo(Watch.Cause.NOT_ENTERED);
    assertThat(open.reason())
        .startsWith("paths are those of the agent's own mounts: open /proc/self/ns/net: EINVAL");
    assertThat(warden.keeper().uncovered()).isEqualTo(1);
    assertThat(told)
        .filteredOn(event -> event.contains("state=\"uncovered\""))
        .singleElement()
        .asString()
        .startsWith("WATCH state=\"uncovered\" path=\"the host's mounts and paths\"");
  }

  private static Mount mount(int id, String place, String type) {
    return new Mount(id, id, 1, 0, 40 + id, "/", place, type, type, "rw", "rw", "");
  }

  private static void until(String expected, BooleanSupplier holds) throws Exception {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(expected).isNegative();
      Thread.sleep(5);
    }
  }

  /// Waits until the warden looks no more.
  private void settled() throws Exception {
    int before = -1;
    while (before != kernel.rulesAsked) {
      before = kernel.rulesAsked;
      Thread.sleep(300);
    }
  }

  private void shouldLook(String at, Runnable after) throws Exception {
    int before = kernel.rulesAsked;
    after.run();
    until("a look after a change at " + at, () -> kernel.rulesAsked > before);
    settled();
  }

  @Test
  void shouldLookWhenAMountComesGoesOrMovesAboveAWatchedPath() throws Exception {
    String here = watched.toString();
    String above = watched.getParent().toString();
    String linked = real.toString();
    shouldLook(here, () -> secrets.onMounted(mount(1, here, "xfs")));
    shouldLook(here, () -> secrets.onUnmounted(mount(1, here, "xfs")));
    shouldLook(above, () -> secrets.onMounted(mount(2, above, "xfs")));
    shouldLook(above, () -> secrets.onMoved(mount(2, above, "xfs"), mount(2, "/elsewhere", "xfs")));
    shouldLook(here, () -> secrets.onMoved(mount(2, "/elsewhere", "xfs"), mount(2, here, "xfs")));
    shouldLook(linked, () -> secrets.onMounted(mount(3, linked, "xfs")));
    int before = kernel.rulesAsked;
    secrets.onMounted(mount(4, "/srv", "xfs"));
    secrets.onMounted(mount(5, above + "/other", "xfs"));
    secrets.onMounted(mount(6, here + "/below", "xfs"));
    secrets.onMounted(mount(7, above.substring(0, above.length() - 1), "xfs"));
    secrets.onUnmounted(mount(4, "/srv", "xfs"));
    Thread.sleep(700);
    assertThat(kernel.rulesAsked).as("nothing of a watched path").isEqualTo(before);
  }

  @Test
  void shouldLookWhenAMountMayBringWhatIsNotThereBehindALink() throws Exception {
    warden.want(with(anchored, temp.toRealPath().resolve("link/away")));
    settled();
    String linked = real.toString();
    shouldLook(linked, () -> secrets.onMounted(mount(1, linked, "xfs")));
    shouldLook(linked + "/away", () -> secrets.onMounted(mount(2, linked + "/away", "xfs")));
  }

  @Test
  void shouldLookOnceAfterAThousandMountsAboveAWatchedPath() throws Exception {
    int before = kernel.rulesAsked;
    for (int i = 1; i <= 1000; i++) {
      secrets.onMounted(mount(i, watched.toString(), "xfs"));
    }
    until("a look", () -> kernel.rulesAsked > before);
    settled();
    assertThat(kernel.rulesAsked - before).isLessThan(100);
  }

  @Test
  void shouldAttachAllAtEachSweepWhileChangesAreNotTold() throws Exception {
    secrets.onMounted(mount(1, VOLUMES + "a", "tmpfs"));
    kernel.tagged.clear();
    warden.sweep(kernel.status());
    assertThat(kernel.tagged).doesNotContain(VOLUMES + "a");
    AuditRuleData hides =
        new RuleCompiler(HostEnvironment.here())
            .compile("t", "-a always,exclude -F msgtype=CONFIG_CHANGE")
            .rules()
            .getFirst()
            .data();
    warden.call(() -> kernel.rules.add(hides));
    for (int i = 1; i <= 2; i++) {
      warden.sweep(kernel.status());
      assertThat(kernel.tagged.stream().filter(path -> path.equals(VOLUMES + "a"))).hasSize(i);
    }
    assertThat(warden.keeper().watches())
        .filteredOn(watch -> watch.cause() == Watch.Cause.SHADOWED)
        .singleElement()
        .satisfies(
            watch ->
                assertThat(watch.reason())
                    .isEqualTo(
                        "what somebody takes away is seen by the sweep only:"
                            + " -a always,exclude -F msgtype=CONFIG_CHANGE"));
    warden.call(() -> kernel.rules.remove(hides));
    warden.sweep(kernel.status());
    assertThat(warden.keeper().watches()).noneMatch(watch -> watch.cause() == Watch.Cause.SHADOWED);
  }

  @Test
  void shouldTryARefusedSecretAgainAfterASecond() throws Exception {
    kernel.set(Errno.ENOMEM);
    secrets.onMounted(mount(1, VOLUMES + "a", "tmpfs"));
    assertThat(secrets.watches()).noneMatch(Watch::covered);
    kernel.set(0);
    long beganNs = System.nanoTime();
    until("covered", () -> secrets.watches().getFirst().covered());
    assertThat(System.nanoTime() - beganNs).isLessThan(Duration.ofSeconds(10).toNanos());
    assertThat(told).anyMatch(event -> event.contains("state=\"covered\" path=\"" + VOLUMES));
  }

  @Test
  void shouldTryAgainAfterASecondWhatWasRefusedBelowAWatchedDirectory() throws Exception {
    kernel.set(Errno.ENOMEM);
    secrets.onMounted(mount(1, watched + "/below", "xfs"));
    assertThat(secrets.watches()).singleElement().matches(Watch::open);
    kernel.set(0);
    until("attached", () -> secrets.watches().isEmpty());
    assertThat(told).noneMatch(event -> event.contains("mounted below"));
  }

  @Test
  void shouldHaveTheCanariesComeAtOnceWhenAllWereAttachedAgain() throws Exception {
    shouldGoRound(
        () -> {
          warden.apply();
          until("another", () -> rounds() == 2);
        });
    assertThat(rounds()).as("no more").isEqualTo(2);
  }

  @Test
  void shouldNotAttachAllAgainWhereTheAnchorsRulesAreRefused() {
    AtomicInteger rounds = new AtomicInteger();
    warden.onAttachedAgain(rounds::incrementAndGet);
    secrets.onMounted(mount(1, VOLUMES + "a", "tmpfs"));
    List<String> before = tagged();
    warden.call(
        () -> {
          kernel.refused = rule -> RulePlan.place(rule).equals(secrets.anchorPath().toString());
          kernel.rules.removeIf(kernel.refused);
        });
    for (int i = 0; i < 3; i++) {
      warden.check();
    }
    assertThat(tagged()).as("nothing that was loaded lost what is attached").isEqualTo(before);
    assertThat(rounds).as("and nobody asks for a round of canaries").hasValue(0);
    warden.call(() -> kernel.refused = rule -> false);
    warden.check();
    assertThat(tagged().subList(before.size(), tagged().size())).contains(VOLUMES + "a");
    assertThat(rounds).hasValue(1);
  }

  private List<String> tagged() {
    List<String> tagged = new ArrayList<>();
    warden.call(() -> tagged.addAll(kernel.tagged));
    return tagged;
  }

  @Test
  void shouldLoadTheAnchorsRulesAnewOnlyWhereAttachingAloneDidNotHelp() {
    secrets.onMounted(mount(1, VOLUMES + "a", "tmpfs"));
    List<AuditRuleData> before = added();
    shouldAttachAllWhenSilent();
    assertThat(added()).as("attached again").isEqualTo(before);
    shouldAttachAllWhenSilent();
    List<AuditRuleData> anew = added();
    assertThat(anew.subList(before.size(), anew.size()))
        .hasSize(3)
        .allMatch(rule -> RulePlan.place(rule).equals(secrets.anchorPath().toString()));
    shouldAttachAllWhenSilent();
    assertThat(added()).as("just loaded anew").isEqualTo(anew);
  }

  private void shouldAttachAllWhenSilent() {
    int before = tagged().size();
    warden.reload(warden.secretsCanary());
    assertThat(tagged().subList(before, tagged().size())).contains(VOLUMES + "a");
  }

  private List<AuditRuleData> added() {
    List<AuditRuleData> added = new ArrayList<>();
    warden.call(() -> added.addAll(kernel.added));
    return added;
  }

  private interface Deed {
    void go() throws Exception;
  }

  /// Does something while the conductor runs, after its first round and some time before its end.
  private void shouldGoRound(Deed deed) throws Exception {
    Conductor conductor =
        new Conductor(
            kernel,
            warden,
            LostRecords.goOn(temp.resolve("lost.state"), new BootId(1, 2), kernel.status()),
            new OwnEvents(8, () -> {}),
            new Canary(),
            new Canary(),
            Opener.THREAD,
            Duration.ofHours(1),
            (hearing, reason) -> {},
            () -> {});
    Thread thread = new Thread(conductor::run, "conductor");
    thread.start();
    try {
      until("the first round", () -> rounds() == 1);
      deed.go();
      Thread.sleep(700);
    } finally {
      conductor.stop();
      thread.join();
    }
  }

  private long rounds() {
    return kernel.said.stream().filter(text -> text.startsWith("op=canary")).count();
  }

  private WatchSettings with(SecretSettings secrets, Path... paths) {
    return new WatchSettings(List.of(paths), List.of(), true, secrets, RulePacks.NONE);
  }

  private SecretSettings secrets(Path anchor, String match, boolean eachItsRule, int mostRules) {
    return new SecretSettings(anchor, List.of(match), eachItsRule, mostRules, List.of());
  }

  @Test
  void shouldTakeNothingOfSettingsThatTakeARestart() {
    List<AuditRuleData> before = List.copyOf(kernel.rules);
    Path anchor = anchored.anchor();
    String match = SecretMounts.DEFAULT_MATCH.getFirst();
    shouldRefuse(null, "watch.secrets.enabled=false (it runs with true)");
    shouldRefuse(secrets(anchor, "/x/**", false, 1), "watch.secrets.match=[/x/**]");
    shouldRefuse(
        new SecretSettings(anchor, anchored.match(), true, 1, List.of()),
        "watch.secrets.mode=rule (it runs with anchor): restart");
    shouldRefuse(secrets(anchor, match, false, 7), "watch.secrets.most_rules=7 (it runs with 1)");
    shouldRefuse(secrets(Path.of("/elsewhere/s"), match, false, 1), "run.dir=/elsewhere");
    assertThat(kernel.rules).as("nothing of it, the paths neither").isEqualTo(before);
    assertThat(with(null).needRestart(with(anchored)))
        .containsExactly("watch.secrets.enabled=true (it runs with false)");
    warden.want(with(anchored, real));
    assertThat(kernel.rules).as("paths are taken").hasSize(6).isNotEqualTo(before);
  }

  private void shouldRefuse(SecretSettings secrets, String message) {
    assertThatThrownBy(() -> warden.want(with(secrets, real)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldServeNobodyWhileAThreadBeginsUnrecorded() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicBoolean seen = new AtomicBoolean();
    Thread others =
        new Thread(
            () -> {
              while (!over.get()) {
                warden.call(() -> seen.compareAndSet(false, holdsTaskRule()));
              }
            });
    others.start();
    for (int i = 0; i < 200; i++) {
      warden.startUnrecorded(new Thread(() -> {}));
    }
    over.set(true);
    others.join();
    assertThat(seen).as("another task served in that moment").isFalse();
    assertThat(kernel.added.stream().filter(WardenTest::isOfTasks)).hasSize(200);
    assertThat(holdsTaskRule()).isFalse();
  }

  private boolean holdsTaskRule() {
    return kernel.rules.stream().anyMatch(WardenTest::isOfTasks);
  }

  private static boolean isOfTasks(AuditRuleData rule) {
    return RulePlan.list(rule) == RuleList.TASK.number();
  }
}
