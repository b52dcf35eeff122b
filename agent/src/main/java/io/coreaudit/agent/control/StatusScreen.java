package io.coreaudit.agent.control;

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
  public static String render(Map<?, ?> status) {
    StatusScreen screen = new StatusScreen();
    screen.process(map(status, "agent"));
    screen.input(map(status, "input"));
    screen.kernel(map(status, "kernel"), number(map(status, "agent"), "pid"));
    screen.rates(list(status, "rates"));
    screen.ledger(list(status, "ledger"));
    screen.spool(map(status, "spool"));
    screen.sinks(list(status, "sinks"));
    screen.watches(list(status, "watches"));
    return screen.out.toString();
  }

  private void process(Map<?, ?> agent) {
    if (agent.isEmpty()) {
      return;
    }
    boolean ready = Boolean.TRUE.equals(agent.get("ready"));
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
    for (Object reason : list(agent, "reasons")) {
      line("", reason.toString());
    }
    for (Object stuck : list(agent, "stuck")) {
      line("", stuck.toString());
    }
    for (Object closed : list(agent, "closed")) {
      line("", closed.toString());
    }
  }

  private void input(Map<?, ?> input) {
    if (input.isEmpty()) {
      return;
    }
    String drops =
        input.get("drops") == null ? "" : ", dropped by the socket " + text(input, "drops");
    line("input", text(input, "mode") + drops);
    if (input.get("backfill") != null) {
      line("backfill", text(input, "backfill"));
    }
  }

  private void kernel(Map<?, ?> kernel, long pid) {
    if (kernel.isEmpty()) {
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

  private void rates(List<?> rates) {
    List<String[]> rows = new ArrayList<>();
    for (Object each : rates) {
      Map<?, ?> rate = asMap(each);
      rows.add(
          new String[] {
            text(rate, "name"),
            String.format(Locale.ROOT, "%.1f/s", decimal(rate, "per_second")),
            text(rate, "total")
          });
    }
    table("rates", new String[] {"", "last minute", "since start"}, rows, 1);
  }

  private void ledger(List<?> ledger) {
    List<String[]> rows = new ArrayList<>();
    for (Object each : ledger) {
      Map<?, ?> stage = asMap(each);
      StringJoiner reasons = new StringJoiner(", ");
      long dropped = 0;
      for (Map.Entry<?, ?> reason : map(stage, "dropped").entrySet()) {
        if (reason.getValue() instanceof Number count && count.longValue() != 0) {
          dropped += count.longValue();
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

  private void spool(Map<?, ?> spool) {
    if (!spool.isEmpty()) {
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

  private void sinks(List<?> sinks) {
    List<String[]> rows = new ArrayList<>();
    for (Object each : sinks) {
      Map<?, ?> sink = asMap(each);
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

  private void watches(List<?> watches) {
    List<String[]> rows = new ArrayList<>();
    for (Object each : watches) {
      Map<?, ?> watch = asMap(each);
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

  private static String text(Map<?, ?> map, String key) {
    Object value = map.get(key);
    return value == null ? "-" : value.toString();
  }

  private static long number(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number number ? number.longValue() : 0;
  }

  private static double decimal(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number number ? number.doubleValue() : 0;
  }

  private static Map<?, ?> map(Map<?, ?> map, String key) {
    return asMap(map.get(key));
  }

  private static Map<?, ?> asMap(Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return map.get(key) instanceof List<?> list ? list : List.of();
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
