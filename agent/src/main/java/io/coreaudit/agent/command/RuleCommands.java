package io.coreaudit.agent.command;

import io.coreaudit.rule.Architecture;
import io.coreaudit.rule.CompiledRules;
import io.coreaudit.rule.CompiledRules.Compiled;
import io.coreaudit.rule.CompiledRules.Other;
import io.coreaudit.rule.ControlText;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import io.coreaudit.rule.RuleListing;
import io.coreaudit.rule.RuleProblem;
import io.coreaudit.rule.RuleSetCheck;
import io.coreaudit.rule.RuleText;
import io.coreaudit.rule.RuleVerb;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// `rules check | compile`: rules files as auditctl takes them, without the kernel. Needs no
/// privileges.
final class RuleCommands {
  private RuleCommands() {}

  static CommandSpec spec() {
    CommandSpec spec =
        CommandLineInterface.command(
            null, "Audit rules: files of them, in the form that auditctl -R takes.");
    spec.addSubcommand(
        "check",
        files(
            CommandLineInterface.command(
                RuleCommands::check,
                "Tells what is wrong with rules files, line by line; 1 when any line makes no rule."
                    + " Several files are checked as if they were loaded one behind the other.",
                "Before a file goes to all nodes:",
                "  coreaudit rules check --root /host /host/etc/audit/rules.d/*.rules")));
    return spec.addSubcommand(
        "compile",
        files(
                CommandLineInterface.command(
                    RuleCommands::compile,
                    "What rules files mean on a host: names become numbers, arch=b64 a machine."))
            .addOption(
                OptionSpec.builder("--format")
                    .paramLabel("text|listing|hex")
                    .type(String.class)
                    .defaultValue("text")
                    .description(
                        "text: lines that can be loaded again (default). listing: as auditctl -l"
                            + " would print the rules. hex: the bytes that go to the kernel.")
                    .build()));
  }

  private static CommandSpec files(CommandSpec spec) {
    return spec.addOption(
            OptionSpec.builder("--arch")
                .paramLabel("NAME")
                .type(String.class)
                .description(
                    "The machine: x86_64, aarch64, ppc64le, s390x (default: this machine's).")
                .build())
        .addOption(
            OptionSpec.builder("--root")
                .paramLabel("DIR")
                .type(Path.class)
                .defaultValue("/")
                .description(
                    "Where the host's root directory is: its accounts and directories count"
                        + " (default: /).")
                .build())
        .addPositional(
            PositionalParamSpec.builder()
                .index("0..*")
                .arity("1..*")
                .required(true)
                .paramLabel("FILE")
                .type(List.class)
                .auxiliaryTypes(Path.class)
                .description("A rules file.")
                .build());
  }

  private static Architecture machine(ParseResult line) throws CommandException {
    String name = line.matchedOptionValue("--arch", null);
    if (name == null) {
      return Architecture.host();
    }
    Architecture machine = Architecture.of(name);
    if (machine == null) {
      throw new CommandException(
          ExitStatus.WRONG_USAGE,
          "--arch=" + name + ": expected x86_64, aarch64, ppc64le or s390x",
          null);
    }
    return machine;
  }

  private static List<CompiledRules> read(ParseResult line) throws CommandException {
    Path root = line.matchedOptionValue("--root", Path.of("/"));
    RuleCompiler compiler = new RuleCompiler(new HostEnvironment(root, machine(line)));
    List<CompiledRules> files = new ArrayList<>();
    List<Path> paths = line.matchedPositionalValue(0, List.of());
    for (Path path : paths) {
      try {
        files.add(compiler.compile(path));
      } catch (IOException e) {
        throw new CommandException(ExitStatus.REFUSED, IoText.of(e), e);
      }
    }
    return files;
  }

  private static int check(ParseResult line, PrintStream out) throws CommandException {
    List<CompiledRules> files = read(line);
    List<RuleProblem> together = RuleSetCheck.of(files);
    boolean good = true;
    for (CompiledRules file : files) {
      file.problems().forEach(out::println);
      together.stream()
          .filter(problem -> problem.at().file().equals(file.name()))
          .forEach(out::println);
      long errors = count(file, RuleProblem.Severity.ERROR);
      int rules = file.rules().size();
      out.println(
          file.name()
              + ": "
              + counted(rules, "rule")
              + (errors == 0 ? ", good" : ", " + counted(errors, "error")));
      good &= errors == 0;
    }
    return good ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private static long count(CompiledRules file, RuleProblem.Severity severity) {
    return file.problems().stream().filter(problem -> problem.severity() == severity).count();
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static int compile(ParseResult line, PrintStream out) throws CommandException {
    String format = line.matchedOptionValue("--format", "text");
    Architecture machine = machine(line);
    RuleListing listing = new RuleListing(machine);
    boolean good = true;
    List<CompiledRules> files = read(line);
    for (CompiledRules file : files) {
      file.problems().forEach(problem -> out.println("# " + problem));
      for (CompiledRules.Statement statement : file.statements()) {
        String text =
            switch (format) {
              case "text" -> text(statement, machine);
              case "listing" -> statement instanceof Compiled rule ? listing.line(rule.data()) : "";
              case "hex" ->
                  statement instanceof Compiled rule
                      ? HexFormat.of().formatHex(rule.data().wire())
                      : "";
              default ->
                  throw new CommandException(
                      ExitStatus.WRONG_USAGE,
                      "--format=" + format + ": expected text, listing or hex",
                      null);
            };
        if (!text.isEmpty()) {
          out.println(text);
        }
      }
      good &= !file.hasErrors();
    }
    return good ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private static String text(CompiledRules.Statement statement, Architecture machine) {
    return switch (statement) {
      case Other other -> ControlText.of(other.control());
      case Compiled rule -> {
        String text = RuleText.of(rule.data(), machine);
        yield rule.verb() == RuleVerb.DELETE ? text.replaceFirst("^-a", "-d") : text;
      }
    };
  }
}
