package io.coreaudit.agent.command;

import io.coreaudit.agent.config.ConfigException;
import io.coreaudit.agent.config.ConfigReader;
import io.coreaudit.agent.config.NamedFiles;
import io.coreaudit.agent.doctor.Doctor;
import io.coreaudit.agent.doctor.Report;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `doctor`: what is good on this host and what is not, and what mends it. A configuration with
/// faults is one of its findings, and not the end of it.
final class DoctorCommand implements Command {
  static CommandSpec spec(OptionSpec json) {
    CommandSpec spec =
        CommandLineInterface.command(
            new DoctorCommand(),
            "What is good on this host for the agent and what is not, and the command that mends"
                + " it; 1 when anything is bad. Changes nothing.");
    return ConfigOptions.addTo(
        spec.addOption(json)
            .addOption(
                OptionSpec.builder("--sinks")
                    .description("Tries to reach the receivers, too: name, connection, TLS.")
                    .build()));
  }

  @Override
  public int run(ParseResult line, PrintStream out) throws Exception {
    Path named = line.matchedOptionValue("--config", null);
    ConfigReader.Read read;
    List<String> faults = List.of();
    try {
      read = ConfigOptions.read(line);
      faults = faults(read);
    } catch (ConfigException e) {
      faults = e.problems();
      read = ConfigReader.defaults();
    }
    Path file =
        named == null && Files.exists(ConfigReader.DEFAULT_FILE)
            ? ConfigReader.DEFAULT_FILE
            : named;
    Report report = Doctor.examine(read.config(), file, faults, line.hasMatchedOption("--sinks"));
    out.print(line.hasMatchedOption("--json") ? report.json() : report.text());
    return report.isBad() ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
  }

  private static List<String> faults(ConfigReader.Read read) {
    try {
      NamedFiles.check(read);
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }
}
