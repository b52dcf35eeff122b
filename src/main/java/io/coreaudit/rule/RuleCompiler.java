package io.coreaudit.rule;

import io.coreaudit.rule.CompiledRules.Compiled;
import io.coreaudit.rule.CompiledRules.Other;
import io.coreaudit.rule.RuleProblem.Severity;
import io.coreaudit.rule.Statement.Control;
import io.coreaudit.rule.Statement.WrittenRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Makes of a rules file what goes to the kernel, byte for byte what auditctl makes of it.
///
/// What auditctl refuses and the kernel takes and heeds is taken too, with a problem of severity
/// NOT_FOR_AUDITCTL. What the kernel would refuse is an error here, with the reason.
public final class RuleCompiler {
  private final RuleEnvironment environment;

  /// Creates a compiler for a host.
  public RuleCompiler(RuleEnvironment environment) {
    this.environment = environment;
  }

  /// Reads and compiles a file.
  ///
  /// @throws IOException when it cannot be read
  public CompiledRules compile(Path file) throws IOException {
    return compile(RuleReader.read(file));
  }

  /// Reads and compiles a text.
  ///
  /// @param name what problems call it
  public CompiledRules compile(String name, String text) {
    return compile(RuleReader.read(name, text));
  }

  /// Compiles a file that was read.
  public CompiledRules compile(WrittenRules written) {
    List<CompiledRules.Statement> statements = new ArrayList<>();
    List<RuleProblem> problems = new ArrayList<>(written.problems());
    for (Statement statement : written.statements()) {
      switch (statement) {
        case Control control -> statements.add(new Other(control));
        case WrittenRule rule -> {
          Compiled compiled = compile(rule, problems);
          if (compiled != null) {
            statements.add(compiled);
          }
        }
      }
    }
    problems.sort(
        Comparator.comparingInt((RuleProblem problem) -> problem.at().line())
            .thenComparing(RuleProblem::severity));
    return new CompiledRules(written.name(), statements, problems);
  }

  private Compiled compile(WrittenRule written, List<RuleProblem> problems) {
    RuleResolver resolver = new RuleResolver(environment);
    try {
      resolver.resolve(written.clauses());
      AuditRuleData data = resolver.rule().data(resolver.verb() == RuleVerb.PREPEND);
      KernelObjection.check(resolver.rule());
      for (RuleResolver.Remark remark : resolver.remarks()) {
        problems.add(
            new RuleProblem(at(written, remark.column()), remark.severity(), remark.message()));
      }
      return new Compiled(written.at(), written.text(), resolver.verb(), resolver.rule(), data);
    } catch (RefusedException e) {
      int column = e.column() == 0 ? written.at().column() : e.column();
      problems.add(
          new RuleProblem(
              at(written, column), Severity.ERROR, e.getMessage() + RuleHints.of(written.text())));
      return null;
    }
  }

  private static SourcePosition at(WrittenRule written, int column) {
    return written.line().position(written.at().file(), column);
  }
}
