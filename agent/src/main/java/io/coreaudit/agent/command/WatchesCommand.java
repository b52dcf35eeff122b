package io.coreaudit.agent.command;

import io.coreaudit.agent.control.ControlClient;
import io.coreaudit.json.Json;
import java.io.PrintStream;
import java.util.Locale;
import picocli.CommandLine.ParseResult;

/// `watches`: what the agent that runs here watches now, and what it does not, and why.
final class WatchesCommand implements Command {
  @Override
  public int run(ParseResult line, PrintStream out) throws Exception {
    String answer = AgentAsk.ask(ConfigOptions.read(line).config().controlSocket(), "watches");
    Json report = ControlClient.parse(answer);
    if (line.hasMatchedOption("--json")) {
      out.println(answer);
    } else {
      show(report, out);
    }
    return open(report) ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
  }

  private static boolean open(Json report) {
    return report.at("counts").elements().stream()
        .map(count -> count.at("state").text(""))
        .anyMatch(state -> !state.equals("covered") && !state.equals("absent"));
  }

  private static void show(Json report, PrintStream out) {
    row(out, "mounts", "", clean(report.at("mounts")));
    for (Json count : report.at("counts").elements()) {
      row(out, clean(count.at("kind")), clean(count.at("state")), clean(count.at("count")));
    }
    out.println();
    for (Json watch : report.at("watches").elements()) {
      boolean covered = "covered".equals(watch.at("state").text());
      String why = covered ? "since " + clean(watch.at("since")) : clean(watch.at("reason"));
      row(
          out,
          clean(watch.at("kind")),
          clean(watch.at("state")),
          clean(watch.at("path")) + "  " + why);
    }
  }

  private static void row(PrintStream out, String kind, String state, String text) {
    out.println(String.format(Locale.ROOT, "%-8s %-10s %s", kind, state, text).stripTrailing());
  }

  /// What came over a socket goes to a terminal: no control characters.
  private static String clean(Json value) {
    return value.text("-").replaceAll("\\p{Cntrl}", "?");
  }
}
