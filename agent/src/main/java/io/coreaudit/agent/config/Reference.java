package io.coreaudit.agent.config;

import io.coreaudit.agent.config.Settings.Setting;
import java.util.List;
import java.util.regex.Pattern;

/// Writes what `ConfigKey` says: the reference file, the table of the documentation, and a
/// configuration that is in force.
public final class Reference {
  private static final int WIDTH = 96;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9/._+%@-]*(:[0-9]+)?");

  private Reference() {}

  /// The text of `etc/coreaudit.yaml`: every key with its sentence, at its default, commented out.
  public static String file() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # coreaudit: configuration reference. Generated from the agent's own table of keys.
        #
        # Every key stands here at its default, commented out: take the # away to set it. A key that
        # is not known, or a value that is not understood, is an error with its line. Check with
        #   coreaudit config check FILE
        # Only root may be able to write this file.
        """);
    List<String> open = List.of();
    boolean sinksDone = false;
    for (ConfigKey key : ConfigKey.values()) {
      if (key.ofSink()) {
        if (!sinksDone) {
          fileSinks(out);
          sinksDone = true;
          open = List.of();
        }
        continue;
      }
      List<String> words = words(key.key());
      open = openSections(out, open, words.subList(0, words.size() - 1), true);
      String indent = "  ".repeat(words.size() - 1);
      wrap(out, indent + "# ", indent + "# ", key.sentence() + " " + expected(key));
      out.append(indent).append('#').append(words.getLast()).append(": ");
      out.append(quoted(key.byDefault(), key)).append('\n');
    }
    return out.toString();
  }

  private static void fileSinks(StringBuilder out) {
    out.append(
        "\n# The receivers of events, a list. Without it: one, on standard output, as ecs.\n");
    for (ConfigKey key : ConfigKey.values()) {
      if (key.ofSink()) {
        String name = key.key().substring("sinks.*.".length());
        String standard =
            key.byDefault() == null || isOfTheDefaultSink(key)
                ? ""
                : " Default: " + key.byDefault() + ".";
        wrap(out, "#   ", "#     ", name + ": " + key.sentence() + " " + expected(key) + standard);
      }
    }
    out.append("#sinks:\n#- type: stdout\n");
    for (ConfigKey key : ConfigKey.values()) {
      if (key.byDefault() != null && isOfTheDefaultSink(key) && section(key).isEmpty()) {
        out.append("  #").append(words(key.key()).getLast()).append(": ");
        out.append(quoted(key.byDefault(), key)).append('\n');
      }
    }
    out.append(
        """
        # Others, as examples:
        # - type: file
        #   path: /var/log/coreaudit/events.json
        # - type: relp
        #   address: siem.example.com:20514
        #   tls:
        #     ca: /etc/coreaudit/ca.pem
        # - type: hec
        #   address: splunk.example.com:8088
        #   tls: on
        #   token_file: /etc/coreaudit/hec-token
        # - type: kafka
        #   address: kafka-0.example.com:9093
        #   brokers: ['kafka-1.example.com:9093']
        #   tls:
        #     ca: /etc/coreaudit/ca.pem
        """);
  }

  private static boolean isOfTheDefaultSink(ConfigKey key) {
    return key.ofSink() && SinkKeys.mean(key, SinkType.STDOUT);
  }

  /// The text of `configuration.md`.
  public static String table() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Configuration

        <!-- Generated from io.coreaudit.agent.config.ConfigKey; a test fails when it is stale. -->

        The agent reads `/etc/coreaudit/coreaudit.yaml`, or the file named with `-c`; `--set key=value`
        on the command line wins over the file. Without either every key has its default, and events go
        to standard output. `coreaudit config print` shows what is in force and where it came from,
        `coreaudit config check FILE` tells everything that is wrong with a file. A file that others than
        its owner may write is refused.

        In the file, dots are nesting (`input:` and below it `gather: 20ms`); on the command line a list
        is written with commas (`--set watch.paths=/etc,/srv`), the sinks as YAML in one line
        (`--set 'sinks=[{type: tcp, address: "siem:6514", tls: on}]'`) or one by one
        (`--set sinks.0.address=siem:6514`). `tls: on`, `tls: off`, or the keys below it.
        An empty list (`sinks: []`) keeps events in the spool only. No key takes a secret, only the path
        of a file that holds it.

        | key | default | value | meaning |
        |---|---|---|---|
        """);
    for (ConfigKey key : ConfigKey.values()) {
      out.append("| `")
          .append(key.key().replace("sinks.*", "sinks[]"))
          .append("` | ")
          .append(key.byDefault() == null ? "" : "`" + key.byDefault() + "`")
          .append(" | ")
          .append(key.type().expected())
          .append(" | ")
          .append(key.sentence())
          .append(" |\n");
    }
    return out.toString();
  }

  /// A configuration in force, as YAML that means the same, each value with where it came from.
  static String effective(Settings settings) {
    StringBuilder out = new StringBuilder();
    List<String> open = List.of();
    int sinks = settings.sinkPlaces().size();
    boolean sinksDone = false;
    for (ConfigKey key : ConfigKey.values()) {
      if (key.ofSink()) {
        if (!sinksDone) {
          out.append(sinks == 0 ? "sinks: []\n" : "sinks:\n");
          for (int sink = 0; sink < sinks; sink++) {
            effectiveSink(out, settings, sink);
          }
          sinksDone = true;
          open = List.of();
        }
        continue;
      }
      List<String> words = words(key.key());
      open = openSections(out, open, words.subList(0, words.size() - 1), false);
      Setting setting = settings.get(key, -1);
      value(out, "  ".repeat(words.size() - 1) + words.getLast(), key, setting);
    }
    return out.toString();
  }

  private static void effectiveSink(StringBuilder out, Settings settings, int sink) {
    SinkType type = type(settings, sink);
    String lead = "- ";
    String open = "";
    for (ConfigKey key : ConfigKey.values()) {
      if (!key.ofSink()) {
        continue;
      }
      Setting setting = settings.get(key, sink);
      String section = section(key);
      if (!section.isEmpty()) {
        if (setting != null) {
          if (!section.equals(open)) {
            out.append("  ").append(section).append(":\n");
            open = section;
          }
          value(out, "    " + words(key.key()).getLast(), key, setting);
        }
      } else if ((setting != null || key.byDefault() != null)
          && SinkKeys.mean(key, type)
          && !(key == ConfigKey.SINK_TLS && isGivenBelow(settings, key, sink))) {
        value(out, lead + words(key.key()).getLast(), key, setting);
        lead = "  ";
      }
    }
  }

  private static boolean isGivenBelow(Settings settings, ConfigKey above, int sink) {
    for (ConfigKey key : ConfigKey.values()) {
      if (key.key().startsWith(above.key() + ".") && settings.get(key, sink) != null) {
        return true;
      }
    }
    return false;
  }

  /// The section of a sink that a key stands in; empty: none.
  private static String section(ConfigKey key) {
    List<String> words = words(key.key());
    return key.ofSink() && words.size() > 3 ? words.get(2) : "";
  }

  private static SinkType type(Settings settings, int sink) {
    String text = settings.get(ConfigKey.SINK_TYPE, sink).text();
    return SinkType.valueOf(text.toUpperCase(java.util.Locale.ROOT));
  }

  private static void value(StringBuilder out, String lead, ConfigKey key, Setting setting) {
    String text;
    if (setting == null) {
      text = quoted(key.byDefault(), key);
    } else if (setting.list()) {
      text =
          "[" + String.join(", ", setting.texts().stream().map(Reference::quoted).toList()) + "]";
    } else {
      text = quoted(setting.text());
    }
    out.append(lead).append(": ").append(text);
    if (setting != null) {
      out.append("  # ").append(setting.where().replaceAll("\\p{Cntrl}", "?"));
    }
    out.append('\n');
  }

  /// Opens the sections that a key stands in and that are not open yet.
  private static List<String> openSections(
      StringBuilder out, List<String> open, List<String> sections, boolean airy) {
    int level = 0;
    while (level < Math.min(open.size(), sections.size())
        && open.get(level).equals(sections.get(level))) {
      level++;
    }
    for (; level < sections.size(); level++) {
      out.append(airy && level == 0 ? "\n" : "");
      out.append("  ".repeat(level)).append(sections.get(level)).append(":\n");
    }
    return sections;
  }

  private static List<String> words(String key) {
    return List.of(key.split("\\."));
  }

  private static String expected(ConfigKey key) {
    return "Expected: " + key.type().expected() + ".";
  }

  private static void wrap(StringBuilder out, String first, String next, String text) {
    int column = 0;
    String lead = first;
    for (String word : text.split(" ")) {
      if (column > 0 && column + 1 + word.length() > WIDTH) {
        out.append('\n');
        column = 0;
        lead = next;
      }
      if (column == 0) {
        out.append(lead).append(word);
        column = lead.length() + word.length();
      } else {
        out.append(' ').append(word);
        column += 1 + word.length();
      }
    }
    out.append('\n');
  }

  private static String quoted(String text, ConfigKey key) {
    return key.type() instanceof ValueType.Many ? text : quoted(text);
  }

  private static String quoted(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "''") + "'";
  }
}
