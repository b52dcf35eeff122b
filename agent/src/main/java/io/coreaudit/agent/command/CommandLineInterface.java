package io.coreaudit.agent.command;

import io.coreaudit.agent.config.ConfigException;
import io.coreaudit.agent.config.ConfigReader;
import io.coreaudit.agent.config.NamedFiles;
import io.coreaudit.agent.log.LogConfigurator;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.spool.NewerSpoolException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// All commands: names, options, help, and what each does.
public final class CommandLineInterface {
  private final Daemon daemon;
  private final PrintStream out;
  private final PrintStream err;

  /// Creates the command line.
  ///
  /// @param daemon what `run` starts
  public CommandLineInterface(Daemon daemon, PrintStream out, PrintStream err) {
    this.daemon = daemon;
    this.out = out;
    this.err = err;
  }

  /// The commands that a line may name; without a line: all.
  CommandLine commands(String... args) {
    CommandSpec spec =
        CommandSpec.wrapWithoutInspection(null)
            .name("coreaudit")
            .addOption(
                OptionSpec.builder("-V", "--version")
                    .versionHelp(true)
                    .description("Tells the version.")
                    .build());
    spec.usageMessage()
        .description(
            "Follows the kernel's audit stream, watches what matters on this host, and hands every"
                + " event to its receivers; what is lost on the way is counted and told.")
        .footer(
            "",
            "Exit status: 0 done, 1 found something wrong in what was asked about, 2 wrong usage or"
                + " configuration, 3 the kernel or the system refused.");
    Map<String, Supplier<CommandSpec>> all = all();
    if (args.length > 0 && all.containsKey(args[0])) {
      // The others would only be made: that takes longer than what some commands do.
      spec.addSubcommand(args[0], all.get(args[0]).get());
    } else {
      all.forEach((name, command) -> spec.addSubcommand(name, command.get()));
    }
    return new CommandLine(help(spec));
  }

  private Map<String, Supplier<CommandSpec>> all() {
    Map<String, Supplier<CommandSpec>> all = new LinkedHashMap<>();
    all.put("run", this::run);
    all.put("status", CommandLineInterface::status);
    all.put("decode", () -> DecodeCommand.spec(err));
    all.put("watches", CommandLineInterface::watches);
    all.put("rules", () -> KernelRulesCommands.addTo(RuleCommands.spec()));
    all.put("spool", SpoolCommands::spec);
    all.put("config", CommandLineInterface::config);
    all.put("doctor", () -> DoctorCommand.spec(json()));
    return all;
  }

  private CommandSpec run() {
    Command run = (line, _) -> start(ConfigOptions.read(line));
    return ConfigOptions.addTo(
        command(
            run,
            "The agent, in the foreground. SIGTERM or Ctrl-C stops it cleanly.",
            "Watch a directory and see its events on standard output:",
            "  coreaudit run --set watch.paths=/etc/kubernetes"));
  }

  private static CommandSpec status() {
    return ConfigOptions.addTo(
        command(new StatusCommand(), "How the agent that runs here is doing, on one screen.")
            .addOption(json()));
  }

  private static CommandSpec watches() {
    return ConfigOptions.addTo(
        command(
                new WatchesCommand(),
                "What is watched now and what is not, and why; 1 when anything is not that should"
                    + " be.")
            .addOption(json()));
  }

  private static OptionSpec json() {
    return OptionSpec.builder("--json").description("The same as one JSON line.").build();
  }

  private int start(ConfigReader.Read config) throws Exception {
    NamedFiles.checkToStart(config);
    LogConfigurator.level(config.config().logLevel());
    return daemon.run(config);
  }

  /// Does what a line says.
  ///
  /// @return the exit status
  public int run(String... args) {
    try {
      RunLine plain = RunLine.of(args);
      if (plain != null) {
        return start(ConfigReader.read(plain.file(), plain.sets()));
      }
      ParseResult parsed = commands(args).parseArgs(args);
      while (parsed.hasSubcommand() && !parsed.isUsageHelpRequested()) {
        parsed = parsed.subcommand();
      }
      CommandSpec spec = parsed.commandSpec();
      if (parsed.isUsageHelpRequested()) {
        spec.commandLine().usage(out);
        return ExitStatus.DONE;
      }
      if (parsed.isVersionHelpRequested()) {
        out.println("coreaudit " + Version.text());
        return ExitStatus.DONE;
      }
      if (spec.userObject() instanceof Command command) {
        return command.run(parsed, out);
      }
      spec.commandLine().usage(err);
      return ExitStatus.WRONG_USAGE;
    } catch (ParameterException e) {
      String name = e.getCommandLine().getCommandSpec().qualifiedName();
      tell(e.getMessage() + " (" + name + " --help tells more)", null);
      return ExitStatus.WRONG_USAGE;
    } catch (ConfigException e) {
      e.problems().forEach(err::println);
      return ExitStatus.WRONG_USAGE;
    } catch (CommandException e) {
      tell(e.getMessage(), e);
      return e.status();
    } catch (NewerSpoolException e) {
      tell(e.getMessage(), e);
      return ExitStatus.WRONG_USAGE; // another start meets the same: systemd is not to try it
    } catch (IOException e) {
      tell(IoText.of(e), e);
      return ExitStatus.REFUSED;
    } catch (Exception | LinkageError e) {
      tell(e.getMessage() == null ? e.toString() : e.getMessage(), e);
      return ExitStatus.REFUSED;
    }
  }

  private static CommandSpec config() {
    CommandSpec spec =
        command(null, "What the agent would be told: the configuration, shown and checked.");
    Command print =
        (line, out) -> {
          ConfigReader.Read read = ConfigOptions.read(line);
          out.println("# " + (read.file() == null ? "defaults" : read.file()));
          out.print(read.effective());
          return ExitStatus.DONE;
        };
    spec.addSubcommand(
        "print",
        ConfigOptions.addTo(
            command(print, "The configuration in force, each value with where it came from.")));
    Command check =
        (line, out) -> {
          Path file = line.matchedPositionalValue(0, null);
          if (!Files.isReadable(file)) {
            String why = Files.exists(file) ? "may not be read by this user" : "no such file";
            throw new CommandException(ExitStatus.REFUSED, file + ": " + why, null);
          }
          try {
            NamedFiles.check(ConfigReader.read(file, List.of()));
          } catch (ConfigException e) {
            e.problems().forEach(out::println);
            return ExitStatus.FOUND_WRONG;
          }
          out.println(file + ": good");
          return ExitStatus.DONE;
        };
    Command template =
        (_, out) -> {
          try (InputStream json = EcsEncoder.indexTemplate()) {
            json.transferTo(out);
          }
          return ExitStatus.DONE;
        };
    spec.addSubcommand(
        "index-template",
        command(
            template,
            "The index template for what a bulk sink sends (Elasticsearch, OpenSearch).",
            "Install it before the first event:",
            "  coreaudit config index-template | curl -fsS -H 'Content-Type: application/json'"
                + " -X PUT --data-binary @- https://HOST:9200/_index_template/coreaudit"));
    return spec.addSubcommand(
        "check",
        command(
                check,
                "Tells everything that is wrong with a configuration file; 1 when anything is.")
            .addPositional(
                PositionalParamSpec.builder()
                    .index("0")
                    .arity("1")
                    .paramLabel("FILE")
                    .type(Path.class)
                    .description("The file.")
                    .build()));
  }

  static CommandSpec command(Command action, String sentence, String... footer) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(action);
    spec.usageMessage().description(sentence);
    if (footer.length > 0) {
      spec.usageMessage().footerHeading("%n").footer(footer);
    }
    return spec;
  }

  private static CommandSpec help(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Shows this.").build());
    spec.usageMessage().autoWidth(false).sortOptions(false).abbreviateSynopsis(false);
    spec.subcommands().values().forEach(sub -> help(sub.getCommandSpec()));
    return spec;
  }

  private void tell(String message, Throwable details) {
    err.println("coreaudit: " + message.replaceAll("\\s*\\R\\s*", " "));
    if (details != null && LogConfigurator.debug()) {
      details.printStackTrace(err);
    }
  }
}
