package io.coreaudit.agent.command;

import io.coreaudit.agent.config.ConfigKey;
import io.coreaudit.agent.config.ConfigReader;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The manual pages, written of what `--help` and the table of keys say.
final class Manual {
  private final StringBuilder out = new StringBuilder();

  private Manual() {}

  /// The text of `coreaudit(8)`.
  static String commands(CommandLine all) {
    Manual page = new Manual();
    CommandSpec spec = all.getCommandSpec();
    page.head("COREAUDIT", 8, "coreaudit", "host-level audit agent");
    page.macro("SH SYNOPSIS");
    page.synopses(spec);
    page.macro("SH DESCRIPTION");
    page.text(spec.usageMessage().description());
    page.macro("SH OPTIONS");
    page.options(spec);
    page.macro("SH COMMANDS");
    page.sections(spec);
    page.macro("SH SIGNALS");
    page.item("SIGTERM, SIGINT", "Stops the agent cleanly, within five seconds.");
    page.item("SIGHUP", "Reads anew what is to be watched, and the packs of rules.");
    page.macro("SH EXIT STATUS");
    page.text(String.join(" ", spec.usageMessage().footer()).replace("Exit status: ", "").strip());
    page.macro("SH FILES");
    page.item(ConfigReader.DEFAULT_FILE.toString(), "The configuration: coreaudit.yaml(5).");
    page.item("/etc/coreaudit/rules", "Your own packs of rules.");
    page.item("/usr/lib/coreaudit/rules", "Packs of rules that come with the program.");
    page.item("/var/lib/coreaudit", "State that outlives a boot, the spool among it.");
    page.item("/run/coreaudit", "The lock of the host, the control socket, what rules are loaded.");
    page.macro("SH SEE ALSO");
    page.text("coreaudit.yaml(5), auditctl(8), auditd(8)");
    return page.out.toString();
  }

  /// The text of `coreaudit.yaml(5)`.
  static String configuration() {
    Manual page = new Manual();
    page.head("COREAUDIT.YAML", 5, "coreaudit.yaml", "configuration of the audit agent");
    page.macro("SH SYNOPSIS");
    page.text(ConfigReader.DEFAULT_FILE.toString());
    page.macro("SH DESCRIPTION");
    page.text(
        "YAML, dots in the names of keys below are nesting. Every key has a default; a key that is"
            + " not known, or a value that is not understood, is an error with its line.",
        "coreaudit config check FILE tells everything that is wrong with a file, coreaudit config"
            + " print what is in force and where each value came from. A file that others than its"
            + " owner may write is refused. No key takes a secret, only the path of a file that"
            + " holds it.");
    page.macro("SH KEYS");
    for (ConfigKey key : ConfigKey.values()) {
      String byDefault = key.byDefault() == null ? "" : "; default: " + key.byDefault();
      page.item(
          key.key().replace("sinks.*", "sinks[]"),
          key.sentence() + " (" + key.type().expected() + byDefault + ")");
    }
    page.macro("SH SEE ALSO");
    page.text("coreaudit(8)");
    return page.out.toString();
  }

  private void head(String title, int section, String name, String sentence) {
    out.append(".\\\" Generated; a test fails when it is stale.\n");
    macro("TH " + title + " " + section + " \"\" coreaudit");
    macro("SH NAME");
    out.append(escape(name)).append(" \\- ").append(escape(sentence)).append('\n');
  }

  private void synopses(CommandSpec spec) {
    if (spec.subcommands().isEmpty()) {
      macro("PP");
      text(synopsis(spec));
    }
    spec.subcommands().values().forEach(sub -> synopses(sub.getCommandSpec()));
  }

  private static String synopsis(CommandSpec spec) {
    Help help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
    return help.synopsis(0).replaceAll("\\s+", " ").strip();
  }

  private void sections(CommandSpec spec) {
    for (CommandLine sub : spec.subcommands().values()) {
      CommandSpec command = sub.getCommandSpec();
      macro("SS " + escape(command.qualifiedName()));
      text(command.usageMessage().description());
      options(command);
      if (command.usageMessage().footer().length > 0) {
        macro("PP");
        macro("nf");
        for (String line : command.usageMessage().footer()) {
          out.append(escape(line)).append('\n');
        }
        macro("fi");
      }
      sections(command);
    }
  }

  private void options(CommandSpec spec) {
    for (PositionalParamSpec positional : spec.positionalParameters()) {
      item(positional.paramLabel(), String.join(" ", positional.description()));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.usageHelp()) {
        String value = option.arity().max() > 0 ? " " + option.paramLabel() : "";
        item(String.join(", ", option.names()) + value, String.join(" ", option.description()));
      }
    }
  }

  private void item(String term, String text) {
    macro("TP");
    out.append("\\fB").append(escape(term)).append("\\fR\n");
    text(text);
  }

  private void text(String... paragraphs) {
    for (int i = 0; i < paragraphs.length; i++) {
      if (i > 0) {
        macro("PP");
      }
      out.append(escape(plain(paragraphs[i]))).append('\n');
    }
  }

  /// The command line's library takes descriptions for formats.
  private static String plain(String description) {
    return description.replace("%n", "\n").replace("%%", "%").strip();
  }

  private void macro(String line) {
    out.append('.').append(line).append('\n');
  }

  private static String escape(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    boolean control = escaped.startsWith(".") || escaped.startsWith("'");
    return (control ? "\\&" : "") + escaped.replaceAll("\n(?=[.'])", "\n\\\\&");
  }
}
