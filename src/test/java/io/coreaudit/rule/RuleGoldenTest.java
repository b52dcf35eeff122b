package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coreaudit.rule.CompiledRules.Compiled;
import io.coreaudit.rule.CompiledRules.Other;
import io.coreaudit.rule.RuleGolden.Answer;
import io.coreaudit.rule.RuleProblem.Severity;
import io.coreaudit.rule.Statement.Control;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rules files against what the real auditctl sent and listed for them, for every fixture there is.
/// `-Dgolden.rewrite=true` writes the goldens anew.
final class RuleGoldenTest {
  static Stream<String> fixtures() throws IOException {
    return RuleGolden.names(".rules").stream();
  }

  @Test
  void shouldFindEveryFileWithItsGolden() throws IOException {
    assertThat(RuleGolden.names(".golden"))
        .isEqualTo(RuleGolden.names(".rules"))
        .hasSizeGreaterThanOrEqualTo(7);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldBeWhatAuditctlDoes(String name) throws IOException, InterruptedException {
    assumeTrue(AuditctlOracle.obstacle().isEmpty(), AuditctlOracle::obstacle);
    RuleGolden fixture = RuleGolden.read(name);
    if (Boolean.getBoolean("golden.rewrite")) {
      fixture.rewrite(AuditctlOracle.get());
    }
    assumeTrue(
        AuditctlOracle.get().version().startsWith("3.0."), "another auditctl than the goldens'");
    assertThat(fixture.captured(AuditctlOracle.get())).isEqualTo(fixture.golden());
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldCompileToTheBytesOfAuditctl(String name) throws IOException {
    RuleGolden fixture = RuleGolden.read(name);
    CompiledRules compiled = new RuleCompiler(fixture.host()).compile(name, fixture.text());
    Map<Integer, Answer> golden = fixture.golden();
    assertThat(golden.keySet()).isEqualTo(fixture.statements().keySet());
    golden.forEach(
        (number, answer) -> {
          List<RuleProblem> problems =
              compiled.problems().stream().filter(p -> p.at().line() == number).toList();
          List<Compiled> rules =
              compiled.rules().stream().filter(rule -> rule.at().line() == number).toList();
          if (answer.messages().isEmpty()) {
            assertThat(isSilent(compiled, number) || isToldApart(problems))
                .as("%s:%d is refused by auditctl; ours: %s", name, number, problems)
                .isTrue();
          } else {
            assertThat(problems)
                .as("%s:%d %s", name, number, fixture.lines().get(number - 1))
                .allMatch(problem -> problem.severity() == Severity.WARNING);
            if (answer.listed().isEmpty()) {
              assertThat(rules).isEmpty();
            } else {
              assertThat(rules).singleElement();
              assertSame(fixture, rules.get(0), answer);
            }
          }
        });
  }

  private static boolean isToldApart(List<RuleProblem> problems) {
    return problems.stream().anyMatch(problem -> problem.severity() != Severity.WARNING);
  }

  /// Lines by which auditctl sends nothing though it takes them.
  private static boolean isSilent(CompiledRules compiled, int number) {
    return compiled.statements().stream()
        .filter(Other.class::isInstance)
        .map(other -> ((Other) other).control())
        .filter(control -> control.at().line() == number)
        .anyMatch(RuleGoldenTest::isSilent);
  }

  private static boolean isSilent(Control control) {
    return control instanceof Statement.GoOn
        || control instanceof Statement.Show
        || control instanceof Statement.SignalDaemon
        || control instanceof Statement.DeleteAll;
  }

  private static void assertSame(RuleGolden fixture, Compiled ours, Answer answer) {
    String verb = ours.verb() == RuleVerb.DELETE ? "DEL " : "ADD ";
    assertThat(verb + RuleGolden.pack(ours.data().wire()))
        .as(ours.at() + " " + ours.text())
        .isEqualTo(answer.messages().get(0));
    assertThat(new RuleListing(fixture.host().architecture()).line(ours.data()))
        .as(ours.text())
        .isEqualTo(answer.listed());
    assertThat(Rule.of(ours.data())).isEqualTo(ours.rule());
    assertThat(AuditRuleData.parse(ours.data().wire()))
        .isEqualTo(ours.data())
        .hasSameHashCodeAs(ours.data());
    CompiledRules again =
        new RuleCompiler(fixture.host())
            .compile("again", RuleText.of(ours.data(), fixture.host().architecture()));
    assertThat(again.rules()).as("%s %s", ours.data(), again.problems()).singleElement();
    assertThat(again.rules().get(0).data().wire()).isEqualTo(ours.data().wire());
  }
}
