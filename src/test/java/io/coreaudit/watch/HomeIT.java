package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.intake.ConfigChanges;
import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.rule.AuditRuleData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A warden in another mount namespace, made by unshare(1), on a kernel that is a table: what it
/// watches is there, its files are here.
final class HomeIT {
  private static final String PACK = "-a always,exit -F arch=b64 -S adjtimex -k time\n";

  private final TableKernel kernel = new TableKernel();
  private final Home home = new Home();
  @TempDir private Path temp;
  private Path dir;
  private Path state;
  private Path pack;
  private Process elsewhere;
  private HostNamespace namespace;
  private WatchSettings wanted;
  private Warden warden;

  @BeforeEach
  void prepare() throws Exception {
    boolean mayMount = "root".equals(System.getProperty("user.name"));
    if (!mayMount && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("this test must run in CI and needs root, to mount");
    }
    Assumptions.assumeTrue(mayMount, "needs root, to mount");
    dir = temp.toRealPath();
    state = Files.createDirectory(dir.resolve("run")).resolve("rules.state");
    pack =
        Files.writeString(
            Files.createDirectory(dir.resolve("packs")).resolve("p.rules"),
            PACK + "-w " + dir + "/w -p x -k run\n");
    String script = "mount -t tmpfs there " + dir + "; mkdir " + dir + "/w; echo ready";
    elsewhere =
        new ProcessBuilder(
                "unshare",
                "-m",
                "--propagation",
                "private",
                "sh",
                "-ec",
                script + "; exec sleep 600")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(elsewhere.inputReader().readLine()).isEqualTo("ready");
    namespace = HostNamespace.find("" + elsewhere.pid());
    wanted =
        new WatchSettings(
            List.of(dir.resolve("w")),
            List.of(dir.resolve("etcd")),
            true,
            null,
            RulePacks.read(List.of(pack.getParent()), List.of("p")));
    KernelSettings settings = new KernelSettings(kernel, state.resolveSibling("settings.state"));
    warden =
        new Warden(
            new WatchKeeper(kernel, List.of(), state, event -> {}, System::nanoTime, home),
            new AuditSwitch(kernel, settings, true, event -> {}),
            new ConfigChanges(),
            new Master(dir.resolve("w"), state.resolveSibling("master"), home),
            wanted,
            event -> {},
            home);
    warden.start(namespace);
    warden.begin();
  }

  @AfterEach
  void end() throws Exception {
    if (warden != null) {
      warden.stop();
      assertThat(warden.awaitEnd(Duration.ofSeconds(10))).isTrue();
      warden.close();
      namespace.close();
    }
    if (elsewhere != null) {
      elsewhere.destroyForcibly().onExit().join();
    }
  }

  private List<AuditRuleData> rules() {
    List<AuditRuleData> rules = new ArrayList<>();
    warden.call(() -> rules.addAll(kernel.rules));
    return rules;
  }

  private static void until(String expected, BooleanSupplier holds) throws Exception {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(expected).isNegative();
      Thread.sleep(20);
    }
  }

  @Test
  void shouldKeepItsStateWhereItWasConfigured() {
    assertThat(dir.resolve("w")).as("it is there, not here").doesNotExist();
    assertThat(warden.keeper().uncovered()).isZero();
    assertThat(rules()).hasSize(5);
    assertThat(new RulesState(state).read().keySet()).containsExactlyInAnyOrderElementsOf(rules());
    warden.call(() -> assertThat(state).doesNotExist());
    warden.removeAll();
    assertThat(new RulesState(state).read()).isEmpty();
  }

  @Test
  void shouldTakeAPackThatChangesWhereItWasConfigured() throws Exception {
    warden.check();
    assertThat(rules()).as("it is still there").hasSize(5);
    Files.writeString(pack, Files.readString(pack) + PACK.replace("adjtimex", "settimeofday"));
    until("the new line", () -> rules().size() == 6);
  }

  @Test
  void shouldRememberAMasterWhereItWasConfigured() throws Exception {
    assertThat(state.resolveSibling("master")).doesNotExist();
    Path sign = dir.resolve("w/var/lib/etcd/member");
    Process make =
        new ProcessBuilder(
                "nsenter", "-t", "" + elsewhere.pid(), "-m", "--", "mkdir", "-p", sign.toString())
            .inheritIO()
            .start();
    assertThat(make.waitFor()).isZero();
    warden.check();
    assertThat(state.resolveSibling("master")).exists();
  }

  @Test
  void shouldResolveAPackWhereItHolds() {
    assertThat(rules())
        .filteredOn(rule -> rule.textOf(AuditConstants.AUDIT_FILTERKEY).equals("run"))
        .singleElement()
        .satisfies(
            rule ->
                assertThat(rule.textOf(AuditConstants.AUDIT_DIR))
                    .as("it is a directory there, and nothing here")
                    .isEqualTo(dir + "/w"));
  }

  @Test
  void shouldPlanWhatTheAgentDoes() {
    try (Rulebook book = Rulebook.of(kernel, wanted, state, namespace)) {
      assertThat(book.plan()).isEmpty();
      assertThat(book.list())
          .hasSize(5)
          .allSatisfy(line -> assertThat(line.purpose()).matches("(path|pack) .+"));
    }
    try (HostNamespace own = HostNamespace.own();
        Rulebook book = Rulebook.of(kernel, wanted, state, own)) {
      assertThat(book.plan()).as("seen from here they are of no use").isNotEmpty();
    }
  }
}
