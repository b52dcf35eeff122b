package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.rule.RuleProblem.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The packs that are shipped: good, and each of their watches as complete as one of the agent's.
final class PacksTest {
  private static final Path RULES = Path.of("../rules");
  private static final int READ_WRITE_ATTRIBUTES =
      AuditConstants.AUDIT_PERM_READ
          | AuditConstants.AUDIT_PERM_WRITE
          | AuditConstants.AUDIT_PERM_ATTR;

  static List<Path> packs() throws IOException {
    try (Stream<Path> files = Files.walk(RULES)) {
      List<Path> packs = files.filter(file -> file.toString().endsWith(".rules")).sorted().toList();
      assertThat(packs).hasSizeGreaterThan(4);
      return packs;
    }
  }

  private static CompiledRules compiled(Path pack) throws IOException {
    return new RuleCompiler(new HostEnvironment(Path.of("/"), Architecture.X86_64)).compile(pack);
  }

  @ParameterizedTest
  @MethodSource("packs")
  void shouldBeGood(Path pack) throws IOException {
    CompiledRules rules = compiled(pack);
    assertThat(rules.problems())
        .noneMatch(problem -> problem.severity() == Severity.ERROR)
        .noneMatch(problem -> problem.severity() == Severity.WARNING);
    assertThat(rules.rules()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("packs")
  void shouldWatchHandlesAndIoUringBesideEachPath(Path pack) throws IOException {
    List<Rule> rules = compiled(pack).rules().stream().map(rule -> Rule.of(rule.data())).toList();
    boolean loadedByAuditctl = pack.startsWith(RULES.resolve("boot"));
    for (Rule rule : rules) {
      if (watches(rule)) {
        WatchRule watch = watch(rule);
        assertThat(rules).contains(beside(rule, watch.withoutClass()));
        if (!loadedByAuditctl) {
          assertThat(rules).contains(beside(rule, watch.ioUring()));
        }
      }
    }
  }

  /// The kernel takes no rule on a directory that is not there, and auditctl stops at the first
  /// that it refuses: what follows, the lock too, would not be loaded.
  @Test
  void shouldNameAtBootOnlyDirectoriesThatAreMadeBefore() throws IOException {
    String made = Files.readString(RULES.resolve("boot/coreaudit-anchor.conf"));
    assertThat(compiled(RULES.resolve("boot/50-coreaudit.rules")).rules())
        .isNotEmpty()
        .allSatisfy(
            rule ->
                assertThat(made)
                    .contains("\nd " + rule.data().textOf(AuditConstants.AUDIT_DIR) + " "));
  }

  private static boolean watches(Rule rule) {
    return rule.action() == RuleAction.ALWAYS
        && rule.conditions().stream()
            .anyMatch(
                condition ->
                    condition instanceof Condition.Access access
                        && (access.mask() & READ_WRITE_ATTRIBUTES) != 0);
  }

  private static WatchRule watch(Rule rule) {
    AuditRuleData data = rule.data();
    String directory = data.textOf(AuditConstants.AUDIT_DIR);
    String key = data.textOf(AuditConstants.AUDIT_FILTERKEY);
    return directory.isEmpty()
        ? WatchRule.file(data.textOf(AuditConstants.AUDIT_WATCH), key)
        : WatchRule.directory(directory, key);
  }

  /// One of the agent's rules, on the conditions that the pack's rule has besides.
  private static Rule beside(Rule watch, AuditRuleData fellow) {
    Rule rule = Rule.of(fellow);
    List<Condition> conditions =
        watch.conditions().stream()
            .filter(condition -> !(condition instanceof Condition.Access))
            .toList();
    return new Rule(rule.list(), rule.action(), rule.syscalls(), conditions);
  }
}
