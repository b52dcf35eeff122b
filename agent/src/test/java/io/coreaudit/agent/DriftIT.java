package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Somebody changes what the agent keeps in the kernel: it is back within a second, the stream says
/// who it was, and what somebody else loaded meanwhile stays. The canary has no part in it.
@KernelAudit
final class DriftIT {
  private static final Duration BACK_WITHIN = Duration.ofSeconds(1);
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(5);

  @TempDir private Path temp;
  private Path dir;
  private Path watched;
  private Path other;

  @BeforeEach
  void prepare() throws Exception {
    dir = temp.toRealPath();
    watched = Files.createDirectory(dir.resolve("w"));
    other = Files.createDirectory(dir.resolve("other"));
    Files.writeString(watched.resolve("token"), "x");
  }

  private RunningAgent start() throws Exception {
    return new RunningAgent(dir)
        .start(
            """
            watch: {paths: [%s], canary: off, secrets: {enabled: false}}
            rules: {at_stop: remove}
            sinks: [{type: stdout}]
            """
                .formatted(watched))
        .awaitReady();
  }

  private static boolean isBack(List<String> rules) throws Exception {
    return AuditState.now().rules().containsAll(rules);
  }

  private void shouldTellAuditctl(RunningAgent agent, String what, String op) throws Exception {
    agent.until(TOLD_WITHIN, "the drift told", () -> !agent.drifts(what).isEmpty());
    assertThat(agent.drifts(what))
        .singleElement()
        .satisfies(
            drift -> {
              assertThat(drift.own("by")).isEqualTo("process");
              assertThat(drift.own("op")).isEqualTo(op);
              assertThat(drift.own("exe")).endsWith("/auditctl");
              assertThat(drift.own("pid")).matches("[0-9]+");
              assertThat(drift.own("auid")).isNotEmpty();
              assertThat(drift.own("ses")).isNotEmpty();
            });
  }

  @Test
  void shouldBeBackAfterSomebodyDeletedAllRules() throws Exception {
    try (RunningAgent agent = start()) {
      List<String> ours = AuditState.now().rules();
      Command.run("auditctl", "-D");
      agent.until(BACK_WITHIN, "the rules are back", () -> isBack(ours));
      shouldTellAuditctl(agent, "rule_gone", "remove_rule");
      agent.shouldSeeARead(TOLD_WITHIN, watched.resolve("token"));
      assertThat(agent.stop()).isZero();
    }
  }

  @Test
  void shouldNotBlameWhoWasRefused() throws Exception {
    try (RunningAgent agent = start()) {
      List<String> ours = AuditState.now().rules();
      Path refused = dir.resolve("refused");
      String delete = " -d always,exit -F dir=" + watched + " -F perm=rwa -F key=coreaudit_watch";
      // Copied before, and both in one breath: the agent must not have brought it back between.
      Command.run("sh", "-c", "cp $(command -v auditctl) " + refused + " && test -x " + refused);
      Command.run("sh", "-c", "auditctl" + delete + " && ! " + refused + delete);
      agent.until(BACK_WITHIN, "the rules are back", () -> isBack(ours));
      shouldTellAuditctl(agent, "rule_gone", "remove_rule");
      assertThat(agent.stop()).isZero();
    }
  }

  @Test
  void shouldBeBackAfterSomebodyReloadedHisRules() throws Exception {
    Path rules = dir.resolve("audit.rules");
    Files.writeString(rules, "-D\n-b 8192\n-w " + other + " -p wa -k theirs\n");
    try (RunningAgent agent = start()) {
      List<String> ours = AuditState.now().rules();
      Command.run("auditctl", "-R", rules.toString());
      agent.until(BACK_WITHIN, "the rules are back", () -> isBack(ours));
      shouldTellAuditctl(agent, "rule_gone", "remove_rule");
      assertThat(agent.stop()).isZero();
      assertThat(AuditState.now().rules())
          .as("theirs stay")
          .containsExactly("-w " + other + " -p wa -k theirs");
    } finally {
      Command.run("auditctl", "-W", other.toString(), "-p", "wa", "-k", "theirs");
    }
  }

  @Test
  void shouldSwitchAuditOnAgainAtOnce() throws Exception {
    try (RunningAgent agent = start()) {
      Command.run("auditctl", "-e", "0");
      agent.until(BACK_WITHIN, "on again", () -> AuditState.now().setting("enabled").equals("1"));
      shouldTellAuditctl(agent, "audit_disabled", "set");
      agent.shouldSeeARead(TOLD_WITHIN, watched.resolve("token"));
      assertThat(agent.stop()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "never,exit -F dir=DIR -F uid=0",
        "never,task",
        "always,exclude -F msgtype=SYSCALL",
      })
  void shouldSayThatARuleOfSomebodyElseShadowsOurs(String rule) throws Exception {
    String[] words = rule.replace("DIR", watched.toString()).split(" ");
    try (RunningAgent agent = start()) {
      auditctl("-A", words);
      try {
        agent.until(
            BACK_WITHIN,
            "shadowed",
            () -> agent.metric("coreaudit_watches_open{reason=\"shadowed\"}") == 1);
        assertThat(agent.command("status"))
            .contains("uncovered: shadowed by -a " + words[0])
            .contains(words[words.length - 1]);
      } finally {
        auditctl("-d", words);
      }
      agent.until(BACK_WITHIN, "covered", () -> agent.metric("coreaudit_watches_uncovered") == 0);
      agent.shouldSeeARead(TOLD_WITHIN, watched.resolve("token"));
      assertThat(agent.stop()).isZero();
    }
  }

  private static void auditctl(String option, String... rule) throws Exception {
    List<String> command = new ArrayList<>(List.of("auditctl", option));
    command.addAll(List.of(rule));
    Command.run(command.toArray(String[]::new));
  }

  @Test
  void shouldWaitLongerTheSecondTime() throws Exception {
    try (RunningAgent agent = start()) {
      List<String> ours = AuditState.now().rules();
      Command.run("auditctl", "-D");
      agent.until(BACK_WITHIN, "the rules are back", () -> isBack(ours));
      Command.run("auditctl", "-D");
      agent.until(
          TOLD_WITHIN, "the watch is open", () -> agent.metric("coreaudit_watches_uncovered") == 1);
      assertThat(isBack(ours)).isFalse();
      assertThat(agent.command("status")).contains("auditctl").contains("they come back at");
      agent.until(Duration.ofSeconds(8), "the rules are back", () -> isBack(ours));
      agent.until(
          TOLD_WITHIN, "covered again", () -> agent.metric("coreaudit_watches_uncovered") == 0);
      assertThat(agent.stop()).isZero();
    }
  }

  @Test
  void shouldSeeTheNewDirectoryAtOnceAfterAnExchange() throws Exception {
    Path fresh = Files.writeString(other.resolve("fresh"), "x");
    try (RunningAgent agent = start()) {
      Command.run(
          "python3",
          "-c",
          """
          import ctypes, sys
          libc = ctypes.CDLL(None, use_errno=True)
          a, b = (s.encode() for s in sys.argv[1:])
          sys.exit(libc.renameat2(-100, a, -100, b, 2) and ctypes.get_errno())
          """,
          watched.toString(),
          other.toString());
      agent.until(BACK_WITHIN, "the swap told", () -> !agent.drifts("path_replaced").isEmpty());
      assertThat(agent.drifts("path_replaced").getFirst().own("by")).isEqualTo("kernel");
      agent.shouldSeeARead(TOLD_WITHIN, watched.resolve(fresh.getFileName()));
      assertThat(agent.stop()).isZero();
    }
  }

  @Test
  void shouldSeeADirectoryThatWentAndCame() throws Exception {
    try (RunningAgent agent = start()) {
      Files.delete(watched.resolve("token"));
      Files.delete(watched);
      agent.until(
          BACK_WITHIN, "the gap shown", () -> agent.metric("coreaudit_watches_uncovered") == 1);
      Files.createDirectory(watched);
      agent.until(
          BACK_WITHIN, "covered again", () -> agent.metric("coreaudit_watches_uncovered") == 0);
      agent.shouldSeeARead(TOLD_WITHIN, Files.writeString(watched.resolve("fresh"), "x"));
      assertThat(agent.stop()).isZero();
      assertThat(Event.read(agent.stdout()))
          .filteredOn(event -> event.is("watch"))
          .extracting(event -> event.own("state"))
          .containsExactly("covered", "uncovered", "covered");
    }
  }
}
