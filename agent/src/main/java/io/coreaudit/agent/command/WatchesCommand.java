package io.coreaudit.agent.command;

import io.coreaudit.agent.control.ControlClient;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ParseResult;

/// `watches`: what the agent that runs here watches now, and what it does not, and why.
final class WatchesCommand implements Command {
  @Override
  public int run(ParseResult line, PrintStream out) throws Exception {
    String answer = AgentAsk.ask(ConfigOptions.read(line).config().controlSocket(), "watches");
    Map<?, ?> report = ControlClient.parse(answer);
    if (line.hasMatchedOption("--json")) {
      out.println(answer);
    } else {
      show(report, out);
    }
    return open(report) ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
  }

  private static boolean open(Map<?, ?> report) {
    return list(report, "counts").stream()
        .anyMatch(
            each ->
                each instanceof Map<?, ?> count
                    && !"covered".equals(count.get("state"))
                    && !"absent".equals(count.get("state")));
  }

  private static void show(Map<?, ?> report, PrintStream out) {
    row(out, "mounts", "", clean(report.get("mounts")));
    for (Object each : list(report, "counts")) {
      Map<?, ?> count = (Map<?, ?>) each;
      row(out, clean(count.get("kind")), clean(count.get("state")), clean(count.get("count")));
    }
    out.println();
    for (Object each : list(report, "watches")) {
      Map<?, ?> watch = (Map<?, ?>) each;
      boolean covered = "covered".equals(watch.get("state"));
      String why = covered ? "since " + watch.get("since") : watch.get("reason").toString();
      row(
          out,
          clean(watch.get("kind")),
          clean(watch.get("state")),
          clean(watch.get("path")) + "  " + clean(why));
    }
  }

  private static void row(PrintStream out, String kind, String state, String text) {
    out.println(String.format(Locale.ROOT, "%-8s %-10s %s", kind, state, text).stripTrailing());
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return map.get(key) instanceof List<?> list ? list : List.of();
  }

  /// What came over a socket goes to a terminal: no control characters.
  private static String clean(Object text) {
    return String.valueOf(text).replaceAll("\\p{Cntrl}", "?");
  }
}
