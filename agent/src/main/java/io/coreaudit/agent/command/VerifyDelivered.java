package io.coreaudit.agent.command;

import io.coreaudit.decode.DeliveredLog;
import io.coreaudit.ledger.ChainCheck;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ParseResult;

/// `decode --verify`: whether what a receiver has is what the agent accepted.
final class VerifyDelivered {
  private static final List<String> OF_DECODING =
      List.of(
          "--format", "--key", "--type", "--since", "--until", "--passwd", "--group", "--redact");

  /// Problems that are shown; of the others the number.
  private static final int MOST_SHOWN = 100;

  private final PrintStream out;
  private final PrintStream err;
  private long problems;

  VerifyDelivered(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  int run(ParseResult line, List<Path> files) throws Exception {
    for (String option : OF_DECODING) {
      if (line.hasMatchedOption(option)) {
        throw new CommandException(
            ExitStatus.WRONG_USAGE, option + " has no meaning with --verify", null);
      }
    }
    DeliveredLog log =
        new DeliveredLog(
            line.matchedOptionValue("--node", null), ChainReport.keys(line), this::problem);
    log.ofSink(line.matchedOptionValue("--sink", null));
    try {
      DecodeProgress progress = new DecodeProgress(files, err);
      if (files.isEmpty()) {
        log.readStandardInput(progress);
      }
      for (Path file : files) {
        progress.begin(file);
        log.read(file, progress);
      }
      progress.end();
    } catch (DeliveredLog.Unverifiable e) {
      throw new CommandException(ExitStatus.WRONG_USAGE, e.getMessage(), e);
    }
    return told(log.finish());
  }

  private void problem(String text) {
    if (++problems <= MOST_SHOWN) {
      out.println(text);
    }
  }

  private int told(DeliveredLog.Findings found) throws IOException {
    ChainCheck.Findings chain = found.chain();
    if (problems > MOST_SHOWN) {
      out.println("and " + (problems - MOST_SHOWN) + " more");
    }
    row("node", found.node() == null ? "no event of coreaudit's" : found.node());
    row("events", chain.events() + ", of which came before " + chain.repeatedEvents());
    row("missing", chain.missingEvents() + ", of which told " + chain.toldEvents());
    if (chain.leftOutEvents() > 0) {
      row("left out", chain.leftOutEvents() + " by the sink's filter, as heartbeats say");
    }
    row("disorder", Long.toString(chain.disorderedEvents()));
    if (found.opaqueEvents() > 0) {
      row("unchecked", found.opaqueEvents() + " events are masked, cut, or without their records");
    }
    if (found.otherNodes() > 0) {
      row("others", found.otherNodes() + " events of other nodes were passed over");
    }
    if (found.otherLines() > 0) {
      row("others", found.otherLines() + " lines are no events of coreaudit's");
    }
    ChainReport.show(chain, out);
    out.println(found.isSound() ? "sound" : "NOT SOUND: see above");
    return found.isSound() ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void row(String title, String text) {
    SpoolCommands.row(out, title, text);
  }
}
