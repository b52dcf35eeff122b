package io.coreaudit.agent.command;

import io.coreaudit.agent.control.JsonReport;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.FlatEncoder;
import io.coreaudit.format.OcsfEncoder;
import io.coreaudit.format.RawEncoder;
import io.coreaudit.ledger.ChainCheck;
import io.coreaudit.ledger.ChainKeeper;
import io.coreaudit.spool.NewerSpoolException;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolInspector;
import io.coreaudit.spool.SpoolInspector.Findings;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `spool stat | cat | verify`: looks at the spool's files without touching them, also while an
/// agent writes to them.
final class SpoolCommands {
  private SpoolCommands() {}

  static CommandSpec spec() {
    CommandSpec spec =
        CommandLineInterface.command(
            null, "The events that wait on disk: counted, shown, checked. Changes nothing.");
    spec.addSubcommand(
        "stat",
        withJson(
            CommandLineInterface.command(
                guarded(SpoolCommands::stat), "What is in the spool and how far each sink is.")));
    spec.addSubcommand(
        "cat",
        ConfigOptions.addTo(
            CommandLineInterface.command(guarded(SpoolCommands::cat), "The events, oldest first.")
                .addOption(
                    OptionSpec.builder("--from")
                        .paramLabel("N")
                        .type(Long.class)
                        .description("From coreaudit.seq N on.")
                        .build())
                .addOption(
                    OptionSpec.builder("--format")
                        .paramLabel("ecs|raw|cef|leef|ocsf")
                        .type(String.class)
                        .defaultValue("ecs")
                        .description("How events look (default: ecs).")
                        .build())));
    return spec.addSubcommand(
        "verify",
        ChainReport.withKeys(
            withJson(
                CommandLineInterface.command(
                    guarded(SpoolCommands::verify),
                    "Reads and checks every event; 1 when any that was accepted is damaged or"
                        + " missing."))));
  }

  private static CommandSpec withJson(CommandSpec spec) {
    return ConfigOptions.addTo(spec)
        .addOption(OptionSpec.builder("--json").description("As one JSON line.").build());
  }

  private static int stat(ParseResult line, PrintStream out) throws Exception {
    Findings found = inspector(line).verify(_ -> {});
    if (line.hasMatchedOption("--json")) {
      out.println(JsonReport.write(found));
    } else {
      show(found, out);
    }
    return ExitStatus.DONE;
  }

  private static int verify(ParseResult line, PrintStream out) throws Exception {
    List<String> problems = new ArrayList<>();
    ChainCheck check = new ChainCheck(ChainReport.keys(line), problems::add);
    Findings found =
        inspector(line)
            .verify(
                problems::add,
                frame -> {
                  check.add(frame);
                  return true;
                });
    check.finish(); // numbers that lack behind the last heartbeat
    ChainCheck.Findings chain = check.findings();
    boolean sound = found.isSound() && chain.isSound();
    if (line.hasMatchedOption("--json")) {
      out.println(JsonReport.write(new Verified(sound, problems, found, chain)));
    } else {
      problems.forEach(out::println);
      show(found, out);
      ChainReport.show(chain, out);
      out.println(sound ? "sound" : "NOT SOUND: see above");
    }
    return sound ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private record Verified(
      boolean sound, List<String> problems, Findings found, ChainCheck.Findings chain) {}

  private static int cat(ParseResult line, PrintStream out) throws Exception {
    long from = line.matchedOptionValue("--from", Long.MIN_VALUE);
    String format = line.matchedOptionValue("--format", "ecs");
    EventEncoder encoder =
        switch (format) {
          case "ecs" -> new EcsEncoder(true);
          case "raw" -> new RawEncoder();
          case "cef" -> FlatEncoder.cef(Version.text());
          case "leef" -> FlatEncoder.leef(Version.text());
          case "ocsf" -> new OcsfEncoder(Version.text(), true);
          default ->
              throw new CommandException(
                  ExitStatus.WRONG_USAGE,
                  "--format=" + format + ": expected ecs, raw, cef, leef or ocsf",
                  null);
        };
    ByteOutput bytes = new ByteOutput(64 * 1024);
    inspector(line)
        .cat(
            frame -> {
              if (frame.seq() >= from) {
                encoder.encode(frame, bytes);
              }
              if (bytes.length() > 32 * 1024) {
                out.write(bytes.array(), 0, bytes.length());
                bytes.clear();
              }
              // Whoever reads may have seen enough (`| head`): that is no failure.
              return !out.checkError();
            });
    out.write(bytes.array(), 0, bytes.length());
    return ExitStatus.DONE;
  }

  private static void show(Findings found, PrintStream out) {
    row(out, "segments", Long.toString(found.segments()));
    row(out, "size", String.format(Locale.ROOT, "%.1f MiB", found.bytes() / (double) (1 << 20)));
    row(
        out,
        "events",
        found.frames()
            + (found.frames() == 0 ? "" : ", seq " + found.firstSeq() + " to " + found.lastSeq()));
    row(out, "damaged", Long.toString(found.corruptFrames()));
    row(out, "missing", Long.toString(found.missingFrames()));
    row(out, "unfinished", found.unfinishedFrames() + " (never accepted)");
    for (SpoolInspector.Cursor cursor : found.cursors()) {
      boolean chain = cursor.name().equals(ChainKeeper.CURSOR);
      row(
          out,
          chain ? "chain" : "sink",
          (chain ? "" : cursor.name() + " ")
              + "has seq "
              + cursor.seq()
              + ", behind "
              + cursor.lagEvents());
    }
  }

  static void row(PrintStream out, String title, String text) {
    out.printf(Locale.ROOT, "%-10s %s%n", title, text);
  }

  private static SpoolInspector inspector(ParseResult line) throws Exception {
    return SpoolInspector.of(ConfigOptions.read(line).config().spool().dir());
  }

  private static Command guarded(Command command) {
    return (line, out) -> {
      try {
        return command.run(line, out);
      } catch (NewerSpoolException e) {
        throw e; // the same to everybody
      } catch (SpoolException e) {
        boolean refused = e.getCause() instanceof IOException;
        throw new CommandException(
            refused ? ExitStatus.REFUSED : ExitStatus.FOUND_WRONG, e.getMessage(), e);
      }
    };
  }
}
