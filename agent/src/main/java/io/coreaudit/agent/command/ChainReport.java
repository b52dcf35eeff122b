package io.coreaudit.agent.command;

import io.coreaudit.ledger.ChainCheck;
import io.coreaudit.ledger.ChainKeys;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// What `spool verify` and `decode --verify` tell of the chain of hashes, and by which keys it must
/// be signed.
final class ChainReport {
  private static final String PUBLIC_KEY = "--public-key";

  private ChainReport() {}

  static CommandSpec withKeys(CommandSpec spec) {
    return spec.addOption(
        OptionSpec.builder(PUBLIC_KEY)
            .paramLabel("FILE")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description(
                "Each heartbeat must be signed with the key that belongs to this one (Ed25519,"
                    + " PEM); again for more.")
            .build());
  }

  static ChainKeys keys(ParseResult line) throws CommandException {
    List<String> files = line.matchedOptionValue(PUBLIC_KEY, List.of());
    try {
      return ChainKeys.read(files.stream().map(Path::of).toList());
    } catch (IOException e) {
      throw new CommandException(ExitStatus.WRONG_USAGE, PUBLIC_KEY + "=" + IoText.of(e), e);
    }
  }

  static void show(ChainCheck.Findings found, PrintStream out) {
    SpoolCommands.row(
        out,
        "hashes",
        found.heartbeats() == 0
            ? "no heartbeat tells one"
            : found.checkedEvents()
                + " events are as "
                + found.heartbeats()
                + " heartbeats say, "
                + found.alteredEvents()
                + " are not");
    if (found.signedHeartbeats() + found.unsignedHeartbeats() > 0) {
      SpoolCommands.row(
          out,
          "signed",
          found.signedHeartbeats() + " heartbeats, " + found.unsignedHeartbeats() + " are not");
    }
  }
}
