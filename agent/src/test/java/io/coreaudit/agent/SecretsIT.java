package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Secrets are mounted and unmounted below a folder that looks like the kubelet's: every access is
/// seen, whatever somebody does to what is attached.
@KernelAudit
final class SecretsIT {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration BACK_WITHIN = Duration.ofSeconds(1);

  @TempDir private Path temp;
  private Path dir;
  private MountedSecrets secrets;

  @BeforeEach
  void prepare() throws Exception {
    dir = temp.toRealPath();
    secrets = new MountedSecrets(dir);
  }

  @AfterEach
  void unmountAll() throws Exception {
    secrets.close();
  }

  private RunningAgent start(String secrets) throws Exception {
    return new RunningAgent(dir)
        .start(
            """
            watch: {canary: 5s, etcd: {enabled: false}, secrets: {%s}}
            rules: {at_stop: remove}
            sinks: [{type: stdout}]
            """
                .formatted(secrets))
        .awaitReady();
  }

  private static boolean seen(RunningAgent agent, Path file, long pid) {
    return Event.trees(agent.stdout()).stream()
        .anyMatch(
            e ->
                e.at("/file/path").asText().equals(file.toString())
                    && e.at("/tags/0").asText().equals("openshift_secret")
                    && (pid == 0 || e.at("/process/pid").asLong() == pid));
  }

  private static long read(String... words) throws Exception {
    Process process = new ProcessBuilder(words).start();
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return process.pid();
  }

  /// Runs a program as process 1 runs its services, in a login session or in none.
  private static long readAsChildOfFirst(String loginUid, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "python3",
            "-c",
            """
            import os, sys, time
            if os.fork():
                sys.exit()
            try:
                with open('/proc/self/loginuid', 'w') as file:
                    file.write(sys.argv[1])
            except OSError:
                pass
            for wait in range(500):
                if os.getppid() == 1:
                    print(os.getpid(), flush=True)
                    os.execv(sys.argv[2], sys.argv[2:])
                time.sleep(0.01)
            print('a child of', os.getppid())
            """,
            loginUid));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    // Below a subreaper (a session's systemd, a container's init) an orphan is not process 1's.
    String first = said.lines().findFirst().orElse("");
    assertThat(first).as("a child of process 1: nothing below it reaps").matches("[0-9]+");
    return Long.parseLong(first);
  }

  private static void shouldSee(RunningAgent agent, Path token) throws Exception {
    long pid = read("cat", token.toString());
    agent.until(SOON, "the read of " + token, () -> seen(agent, token, pid));
  }

  @Test
  void shouldSeeEverySecretFromItsMountToItsUmount() throws Exception {
    AuditState before = AuditState.now();
    Path first = secrets.mount("first");
    try (RunningAgent agent = start("")) {
      assertThat(agent.metric(MountedSecrets.COVERED))
          .as("covered before it is ready")
          .isEqualTo(1);
      shouldSee(agent, first);
      Path second = secrets.mount("second");
      agent.until(SOON, "covered", () -> agent.metric(MountedSecrets.COVERED) == 2);
      shouldSee(agent, second);
      assertThat(agent.command("watches"))
          .contains("secret   covered    2", second.getParent().toString());
      assertThat(agent.command("status")).contains("mounted secrets", "2 of 2 covered");
      assertThat(agent.command("rules", "plan")).isEmpty();
      assertThat(agent.command("rules", "list")).contains("# anchor ");
      Command.run("umount", second.getParent().toString());
      agent.until(SOON, "forgotten", () -> agent.metric(MountedSecrets.COVERED) == 1);
      assertThat(agent.text("/metrics")).contains("coreaudit_secrets_attach_seconds_bucket");
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(Event.trees(agent.stdout()))
          .filteredOn(e -> e.at("/event/action").asText().equals("changed-audit-config"))
          .isNotEmpty()
          .allSatisfy(e -> assertThat(e.at("/coreaudit/own").asBoolean()).isTrue());
      assertThat(AuditState.now()).isEqualTo(before);
    }
  }

  @Test
  void shouldAttachAllAgainAfterATrim() throws Exception {
    Path token = secrets.mount("one");
    try (RunningAgent agent = start("")) {
      shouldSee(agent, token);
      Command.run("auditctl", "-t");
      agent.until(BACK_WITHIN, "told", () -> !agent.drifts("secrets_detached").isEmpty());
      assertThat(agent.drifts("secrets_detached"))
          .singleElement()
          .satisfies(
              drift -> {
                assertThat(drift.own("done")).isEqualTo("attached again");
                assertThat(drift.own("exe")).endsWith("/auditctl");
              });
      shouldSee(agent, token);
      Command.run("auditctl", "-t");
      agent.until(SOON, "waits", () -> agent.metric("coreaudit_watches_uncovered") == 1);
      agent.until(
          Duration.ofSeconds(8), "back", () -> agent.metric("coreaudit_watches_uncovered") == 0);
      shouldSee(agent, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  @Test
  void shouldAttachAllAgainAfterAllRulesWent() throws Exception {
    Path token = secrets.mount("one");
    try (RunningAgent agent = start("")) {
      List<String> ours = AuditState.now().rules();
      Command.run("auditctl", "-D");
      agent.until(BACK_WITHIN, "back", () -> AuditState.now().rules().containsAll(ours));
      agent.until(SOON, "told", () -> !agent.drifts("rule_gone").isEmpty());
      shouldSee(agent, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  @Test
  void shouldNotRecordTheKubeletsReadsButThoseOfTheSameProgramElsewhere() throws Exception {
    Path kubelet = Files.copy(Path.of("/bin/cat").toRealPath(), dir.resolve("kubelet"));
    Path token = secrets.mount("one");
    try (RunningAgent agent = start("never_exe: [%s]".formatted(kubelet))) {
      String program = kubelet.toString();
      long service = readAsChildOfFirst("4294967295", program, token.toString());
      shouldSee(agent, token);
      assertThat(seen(agent, token, service)).as("the kubelet").isFalse();
      long session = readAsChildOfFirst("1000", program, token.toString());
      agent.until(SOON, "the same program in a session", () -> seen(agent, token, session));
      long elsewhere =
          read(
              "sh",
              "-c",
              "echo 4294967295 > /proc/self/loginuid 2>/dev/null; exec \"$0\" \"$1\"",
              program,
              token.toString());
      agent.until(SOON, "another's child", () -> seen(agent, token, elsewhere));
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  @Test
  void shouldLoadRulesForEachWhereToldSo() throws Exception {
    Path first = secrets.mount("first");
    try (RunningAgent agent = start("mode: rule, most_rules: 2")) {
      assertThat(agent.log()).contains("watch.secrets.mode: rule has 1 secrets");
      shouldSee(agent, first);
      Path second = secrets.mount("second");
      agent.until(SOON, "a rule for it", () -> agent.metric(MountedSecrets.COVERED) == 2);
      shouldSee(agent, second);
      secrets.mount("third");
      agent.until(SOON, "no room", () -> agent.metric("coreaudit_watches_uncovered") == 1);
      assertThat(agent.metric("coreaudit_watches_open{reason=\"no_room\"}")).isEqualTo(1);
      Command.run("umount", first.getParent().toString());
      agent.until(SOON, "room again", () -> agent.metric("coreaudit_watches_uncovered") == 0);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(agent.drifts("rule_gone")).as("an umount is nobody's fault").isEmpty();
      assertThat(agent.drifts("path_replaced")).isEmpty();
    }
  }

  @Test
  void shouldReadAgainWhatIsToBeWatchedAtAHangUp() throws Exception {
    try (RunningAgent agent = start("")) {
      String config = Files.readString(agent.config());
      Path fresh = Files.createDirectory(dir.resolve("fresh"));
      Files.writeString(
          agent.config(),
          Files.readString(agent.config()).replace("watch: {", "watch: {paths: [" + fresh + "], "));
      agent.signal("HUP");
      agent.until(
          SOON,
          "the new path",
          () -> agent.metric("coreaudit_watches{kind=\"path\",state=\"covered\"}") == 1);
      Files.writeString(agent.config(), "nonsense: 1\n");
      agent.signal("HUP");
      agent.until(SOON, "told", () -> agent.log().contains("nothing changes: "));
      assertThat(agent.metric("coreaudit_watches{kind=\"path\",state=\"covered\"}")).isEqualTo(1);
      Files.writeString(agent.config(), config.replace("secrets: {}", "secrets: {repeat: all}"));
      agent.signal("HUP");
      agent.until(
          SOON,
          "refused",
          () -> agent.log().contains("watch.secrets.repeat=all (it runs with summarise)"));
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  @Test
  void shouldTakeAwayWhatAnAgentLeftBehind() throws Exception {
    AuditState before = AuditState.now();
    try (RunningAgent agent = start("")) {
      assertThat(agent.command("rules", "apply")).contains("uncovered 0");
      agent.kill();
      List<String> left = AuditState.now().rules();
      assertThat(left).isNotEmpty();
      assertThat(agent.command("rules", "remove"))
          .contains("rules taken away: " + (left.size() - before.rules().size()));
      assertThat(AuditState.now().rules()).isEqualTo(before.rules());
    }
  }
}
