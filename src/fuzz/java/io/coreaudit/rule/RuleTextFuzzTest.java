package io.coreaudit.rule;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.OptionalInt;

/// Any bytes as a rules file, and as a rule that a kernel might list.
///
/// Held to: nothing throws but the refusal that is documented; what compiles goes through its wire
/// form and through its text and is the same afterwards; every problem stands in the file.
class RuleTextFuzzTest {
  private static final RuleEnvironment HOST =
      new RuleEnvironment() {
        @Override
        public Architecture architecture() {
          return Architecture.X86_64;
        }

        @Override
        public OptionalInt user(String name) {
          return name.equals("root") ? OptionalInt.of(0) : OptionalInt.empty();
        }

        @Override
        public OptionalInt group(String name) {
          return user(name);
        }

        @Override
        public boolean isDirectory(String path) {
          return path.endsWith("d");
        }
      };

  @FuzzTest(maxDuration = "60s")
  void shouldTakeAnyBytes(byte[] input) {
    String text = EscapedUtf8.decode(input);
    check(Arrays.equals(EscapedUtf8.encode(text), input), "bytes differ: " + text);
    RuleCompiler compiler = new RuleCompiler(HOST);
    CompiledRules compiled = compiler.compile("fuzz", text);
    long lines = text.chars().filter(c -> c == '\n').count() + 1;
    for (RuleProblem problem : compiled.problems()) {
      SourcePosition at = problem.at();
      check(at.line() >= 1 && at.line() <= lines && at.column() >= 1, problem.toString());
    }
    for (CompiledRules.Compiled rule : compiled.rules()) {
      AuditRuleData parsed = AuditRuleData.parse(rule.data().wire());
      check(parsed.equals(rule.data()), rule.text());
      check(Rule.of(parsed).equals(rule.rule()), rule.text());
      new RuleListing(Architecture.X86_64).line(parsed);
      String line = RuleText.of(parsed, Architecture.X86_64);
      CompiledRules again = compiler.compile("again", line);
      check(
          again.rules().size() == 1 && again.rules().get(0).data().equals(parsed),
          line + " " + again.problems());
    }
    listed(input);
  }

  private static void listed(byte[] input) {
    byte[] wire = Arrays.copyOf(input, Math.max(input.length, 1040));
    try {
      AuditRuleData rule = AuditRuleData.parse(wire);
      new RuleListing(Architecture.X86_64).line(rule);
      check(rule.toString().startsWith("-"), rule.toString());
    } catch (IllegalArgumentException refused) {
      check(refused.getMessage().contains("="), refused.toString());
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
