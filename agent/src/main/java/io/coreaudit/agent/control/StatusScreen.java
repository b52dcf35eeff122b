package io.coreaudit.agent.control;

import io.coreaudit.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/// The status as one screen for people. Works from the JSON tree, not from the record, so that a
/// command of one version can show an agent of another: what is not there is left out.
public final class StatusScreen {
  private final StringBuilder out = new StringBuilder();

  private StatusScreen() {}

  /// The screen.
  public static String render(Json status) {
    StatusScreen screen = new StatusScreen();
    screen.process(status.at("agent"));
    screen.input(status.at("input"));
    screen.kernel(status.at("kernel"), status.at("agent", "pid").number(0));
    screen.rates(status.at("rates").elements());
    screen.ledger(status.at("ledger").elements());
    screen.spool(status.at("spool"));
    screen.sinks(status.at("sinks").elements());
    screen.watches(status.at("watches").elements());
    return screen.out.toString();
  }

  private void process(Json agent) {
    if (agent.members().isEmpty()) {
      return;
    }
    boolean ready = agent.at("ready").isTrue();
    line(
        "coreaudit",
        text(agent, "version")
            + " on "
            + text(agent, "node")
            + ", pid "
            + text(agent, "pid")
            + ", up "
            + span(number(agent, "uptime_seconds"))
            + ", "
            + bytes(number(agent, "resident_bytes"))
            + ", cpu "
            + String.format(Locale.ROOT, "%.1f s", decimal(agent, "cpu_seconds")));
    line("config", text(agent, "config"));
    line("state", ready ? "ready" : "NOT READY");
    for (Json reason : agent.at("reasons").elements()) {
      line("", reason.text("-"));
    }
    for (Json stuck : agent.at("stuck").elements()) {
      line("", stuck.text("-"));
    }
    for (Json closed : agent.at("closed").elements()) {
      line("", closed.text("-"));
    }
  }

  private void input(Json input) {
    if (input.members().isEmpty()) {
      return;
    }
    String drops =
        input.at("drops") == Json.NONE ? "" : ", dropped by the socket " + text(input, "drops");
    line("input", text(input, "mode") + drops);
    if (input.at("backfill") != Json.NONE) {
      line("backfill", text(input, "backfill"));
    }
  }

  private void kernel(Json kernel, long pid) {
    if (kernel.members().isEmpty()) {
      return;
    }
    String enabled =
        switch ((int) number(kernel, "enabled")) {
          case 0 -> "OFF";
          case 1 -> "on";
          case 2 -> "locked";
          default -> "unknown";
        };
    line(
        "kernel",
        "audit "
            + enabled
            + ", owner "
            + owner(number(kernel, "owner"), pid)
            + ", backlog "
            + text(kernel, "backlog")
            + " of "
            + text(kernel, "backlog_limit")
            + ", lost "
            + text(kernel, "lost")
            + " ("
            + span(number(kernel, "age_seconds"))
            + " ago)");
  }

  private static String owner(long owner, long pid) {
    return owner == 0 ? "none" : owner == pid ? "this agent" : "pid " + owner;
  }

  private void rates(List<Json> rates) {
    List<String[]> rows = new ArrayList<>();
    for (Json rate : rates) {
      rows.add(
          new String[] {
            text(rate, "name"),
            String.format(Locale.ROOT, "%.1f/s", decimal(rate, "per_second")),
            text(rate, "total")
          });
    }
    table("rates", new String[] {"", "last minute", "since start"}, rows, 1);
  }

  private void ledger(List<Json> ledger) {
    List<String[]> rows = new ArrayList<>();
    for (Json stage : ledger) {
      StringJoiner reasons = new StringJoiner(", ");
      long dropped = 0;
      for (Map.Entry<String, Json> reason : stage.at("dropped").members().entrySet()) {
        long count = reason.getValue().number(0);
        if (count != 0) {
          dropped += count;
          reasons.add(reason.getKey() + " " + count);
        }
      }
      rows.add(
          new String[] {
            text(stage, "stage"),
            text(stage, "in"),
            text(stage, "out"),
            Long.toString(dropped),
            reasons.toString()
          });
    }
    table("ledger", new String[] {"stage", "in", "out", "dropped", "why"}, rows, 3);
  }

  private void spool(Json spool) {
    if (!spool.members().isEmpty()) {
      line(
          "spool",
          text(spool, "dir")
              + ", "
              + text(spool, "state")
              + ", "
              + bytes(number(spool, "size_bytes"))
              + " of "
              + bytes(number(spool, "max_size_bytes"))
              + ", events "
              + text(spool, "events")
              + (number(spool, "shed_level") > 1 ? ", leaves out the most frequent" : ""));
    }
  }

  private void sinks(List<Json> sinks) {
    List<String[]> rows = new ArrayList<>();
    for (Json sink : sinks) {
      rows.add(
          new String[] {
            text(sink, "name"),
            text(sink, "delivered"),
            text(sink, "dropped"),
            text(sink, "filtered"),
            text(sink, "lag_events"),
            text(sink, "type") + " " + text(sink, "target") + ": " + text(sink, "state")
          });
    }
    table(
        "sinks",
        new String[] {"name", "delivered", "dropped", "filtered", "behind", "where"},
        rows,
        4);
  }

  private void watches(List<Json> watches) {
    List<String[]> rows = new ArrayList<>();
    for (Json watch : watches) {
      rows.add(new String[] {text(watch, "path"), text(watch, "state")});
    }
    table("watches", new String[] {"path", "state"}, rows, 0);
  }

  /// A table under a title; the columns 1 to `numbers` are set to the right.
  private void table(String title, String[] head, List<String[]> rows, int numbers) {
    if (rows.isEmpty()) {
      return;
    }
    List<String[]> all = new ArrayList<>(rows);
    all.addFirst(head);
    int[] width = new int[head.length];
    for (String[] row : all) {
      for (int i = 0; i < row.length; i++) {
        width[i] = Math.max(width[i], row[i].length());
      }
    }
    String lead = title;
    for (String[] row : all) {
      StringBuilder cells = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String pad = " ".repeat(width[i] - row[i].length());
        boolean right = i > 0 && i <= numbers;
        cells.append(right ? pad + row[i] : row[i] + pad).append("  ");
      }
      line(lead, cells.toString());
      lead = "";
    }
  }

  private void line(String title, String text) {
    out.append(String.format(Locale.ROOT, "%-10s ", title).concat(clean(text)).stripTrailing());
    out.append('\n');
  }

  /// What came over a socket goes to a terminal: no control characters.
  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private static String text(Json object, String name) {
    return object.at(name).text("-");
  }

  private static long number(Json object, String name) {
    return object.at(name).number(0);
  }

  private static double decimal(Json object, String name) {
    return object.at(name).decimal();
  }

  private static String bytes(long count) {
    return count < 1 << 20
        ? (count + 1023) / 1024 + " KiB"
        : count < 10L << 30 ? (count >> 20) + " MiB" : (count >> 30) + " GiB";
  }

  private static String span(long seconds) {
    if (seconds < 120) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 120) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    return hours < 48
        ? hours + " h " + minutes % 60 + " min"
        : hours / 24 + " d " + hours % 24 + " h";
  }
}
