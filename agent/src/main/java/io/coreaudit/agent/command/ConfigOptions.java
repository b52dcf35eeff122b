package io.coreaudit.agent.command;

import io.coreaudit.agent.config.ConfigException;
import io.coreaudit.agent.config.ConfigReader;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The options `-c` and `--set`, which every command that needs the configuration has.
final class ConfigOptions {
  private ConfigOptions() {}

  static CommandSpec addTo(CommandSpec command) {
    return command
        .addOption(
            OptionSpec.builder("-c", "--config")
                .paramLabel("FILE")
                .type(Path.class)
                .description(
                    "Configuration file. Without it: "
                        + ConfigReader.DEFAULT_FILE
                        + " when it is there, else defaults.")
                .build())
        .addOption(
            OptionSpec.builder("--set")
                .paramLabel("KEY=VALUE")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .description("Sets one key; wins over the file. May be repeated.")
                .build());
  }

  /// The configuration that the line asks for.
  static ConfigReader.Read read(ParseResult line) throws ConfigException {
    return ConfigReader.read(
        line.matchedOptionValue("--config", null), line.matchedOptionValue("--set", List.of()));
  }
}
