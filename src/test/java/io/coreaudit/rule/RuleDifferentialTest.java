package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coreaudit.rule.AuditctlOracle.Message;
import io.coreaudit.rule.CompiledRules.Compiled;
import io.coreaudit.rule.RuleProblem.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/// Generated and published rules through the real auditctl and through ours: the same bytes, the
/// same listing, and the same lines refused, but for what we say apart.
final class RuleDifferentialTest {
  private static final String FOLDER = "/var/lib/etcd";
  private static final Path SAMPLES = Path.of("/usr/share/doc/auditd/examples/rules");
  private static final TestEnvironment HOST = TestEnvironment.X86_64;

  @Provide
  Arbitrary<List<String>> good() {
    return GeneratedRules.good(FOLDER).list().ofSize(100);
  }

  @Provide
  Arbitrary<List<String>> any() {
    return GeneratedRules.any(FOLDER).list().ofSize(100);
  }

  @Property(tries = 10, seed = "20261122", shrinking = ShrinkingMode.OFF)
  void shouldCompileGoodRulesAsAuditctlDoes(@ForAll("good") List<String> lines) throws Exception {
    assumeTrue(AuditctlOracle.obstacle().isEmpty(), AuditctlOracle::obstacle);
    assertThat(refused(lines)).isEmpty();
  }

  @Property(tries = 10, seed = "20261122", shrinking = ShrinkingMode.OFF)
  void shouldRefuseWhatAuditctlRefuses(@ForAll("any") List<String> lines) throws Exception {
    assumeTrue(AuditctlOracle.obstacle().isEmpty(), AuditctlOracle::obstacle);
    refused(lines);
  }

  @Test
  void shouldCompileTheSampleSetsOfTheAuditPackage() throws Exception {
    assumeTrue(AuditctlOracle.obstacle().isEmpty(), AuditctlOracle::obstacle);
    assumeTrue(Files.isDirectory(SAMPLES), "no " + SAMPLES + ": install auditd");
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(SAMPLES)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().endsWith(".rules")) {
          Files.readAllLines(file).stream()
              .filter(line -> line.startsWith("-a") || line.startsWith("-w"))
              .forEach(lines::add);
        }
      }
    }
    assertThat(lines).hasSizeGreaterThan(200);
    assertThat(refused(lines)).isEmpty();
  }

  /// Compares line by line.
  ///
  /// @return the lines that auditctl refuses
  private static List<String> refused(List<String> lines) throws IOException, InterruptedException {
    List<List<Message>> captured = AuditctlOracle.get().capture(lines, HOST);
    CompiledRules compiled = new RuleCompiler(HOST).compile("lines", String.join("\n", lines));
    List<AuditRuleData> sent = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      int number = i + 1;
      List<RuleProblem> problems =
          compiled.problems().stream()
              .filter(p -> p.at().line() == number && p.severity() != Severity.WARNING)
              .toList();
      List<Compiled> ours =
          compiled.rules().stream().filter(rule -> rule.at().line() == number).toList();
      if (captured.get(i).isEmpty()) {
        refused.add(lines.get(i));
        assertThat(problems).as("auditctl refuses %s", lines.get(i)).isNotEmpty();
      } else if (problems.isEmpty()) {
        byte[] content = captured.get(i).get(0).content();
        assertThat(ours).as(lines.get(i)).singleElement();
        assertThat(RuleGolden.pack(ours.get(0).data().wire()))
            .as(lines.get(i))
            .isEqualTo(RuleGolden.pack(content));
        sent.add(AuditRuleData.parse(content).atEnd());
      } else {
        assertThat(problems)
            .as("auditctl takes %s", lines.get(i))
            .allMatch(problem -> isTheKernels(problem.message()));
      }
    }
    RuleListing listing = new RuleListing(HOST.architecture());
    assertThat(listing.lines(sent)).isEqualTo(AuditctlOracle.get().list(sent, HOST));
    return refused;
  }

  /// Whether it is the kernel that would refuse what auditctl sends; RuleRoundTripIT asks it.
  private static boolean isTheKernels(String message) {
    return message.startsWith("the kernel refuses this") || message.endsWith("= or !=");
  }
}
