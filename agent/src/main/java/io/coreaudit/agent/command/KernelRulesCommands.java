package io.coreaudit.agent.command;

import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.control.ControlClient;
import io.coreaudit.agent.control.HostLock;
import io.coreaudit.json.Json;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.watch.HostNamespaces;
import io.coreaudit.watch.Rulebook;
import io.coreaudit.watch.Watch;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `rules list | plan | apply | remove`: the rules that the kernel holds, and ours among them.
final class KernelRulesCommands {
  private KernelRulesCommands() {}

  static CommandSpec addTo(CommandSpec rules) {
    add(rules, "list", KernelRulesCommands::list, "All rules that are loaded; ours say what for.");
    add(
        rules,
        "plan",
        KernelRulesCommands::plan,
        "What apply would load (+) and take away (-); 1 when there is anything.");
    add(
        rules,
        "apply",
        KernelRulesCommands::apply,
        "Loads what is missing. An agent that runs here does it, and brings back what is contested;"
            + " 1 when something stays unwatched.");
    add(
        rules,
        "remove",
        KernelRulesCommands::remove,
        "Takes away every rule of ours, and none of anybody else. Not while an agent runs.");
    return rules;
  }

  private static void add(CommandSpec rules, String name, Command command, String sentence) {
    rules.addSubcommand(name, ConfigOptions.addTo(CommandLineInterface.command(command, sentence)));
  }

  /// What is done with an open book.
  private interface Reader {
    int read(Rulebook book) throws IOException;
  }

  private static int withBook(AgentConfig config, Reader reader)
      throws IOException, CommandException {
    Path state = config.runDir().resolve("rules.state");
    try (AuditControl control = AuditControl.open();
        HostNamespace namespace = namespace(config);
        Rulebook book = Rulebook.of(control, WatchWishes.of(config), state, namespace)) {
      return reader.read(book);
    }
  }

  /// That of the host. Where it cannot be entered, its paths seem not to be there, and rules on
  /// them not to be wanted.
  private static HostNamespace namespace(AgentConfig config) throws CommandException {
    String wanted = config.watch().namespace();
    HostNamespace found = HostNamespaces.reachable(wanted == null ? "" : wanted);
    if (!found.missed().isEmpty()) {
      found.close();
      throw new CommandException(
          ExitStatus.REFUSED,
          "the host's paths cannot be looked at: "
              + found.missed()
              + "; run it on the host, or in the agent's container",
          null);
    }
    return found;
  }

  private static int list(ParseResult line, PrintStream out) throws Exception {
    return withBook(
        ConfigOptions.read(line).config(),
        book -> {
          for (Rulebook.Line rule : book.list()) {
            String purpose = rule.purpose().isEmpty() ? "" : "  # " + rule.purpose();
            out.println(rule.text() + purpose);
          }
          return ExitStatus.DONE;
        });
  }

  private static int plan(ParseResult line, PrintStream out) throws Exception {
    return withBook(
        ConfigOptions.read(line).config(),
        book -> {
          List<String> steps = book.plan();
          steps.forEach(out::println);
          if (book.locked() && !steps.isEmpty()) {
            out.println("audit is locked (enabled=2): nothing of it can be done before a reboot");
          }
          return steps.isEmpty() ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
        });
  }

  private static int apply(ParseResult line, PrintStream out) throws Exception {
    AgentConfig config = ConfigOptions.read(line).config();
    try (HostLock lock = lock(config)) {
      if (lock == null) {
        String answer = AgentAsk.ask(config.controlSocket(), "rules apply");
        Json done = ControlClient.parse(answer);
        out.println(
            "the agent looked: watches "
                + done.at("watches").text()
                + ", uncovered "
                + done.at("uncovered").text());
        return done.at("uncovered").number(-1) == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
      }
      return withBook(
          config,
          book -> {
            List<Watch> open = book.apply().stream().filter(Watch::open).toList();
            open.forEach(watch -> out.println(watch.path() + ": " + watch.reason()));
            return open.isEmpty() ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
          });
    }
  }

  private static int remove(ParseResult line, PrintStream out) throws Exception {
    AgentConfig config = ConfigOptions.read(line).config();
    try (HostLock lock = lock(config)) {
      if (lock == null) {
        throw new CommandException(
            ExitStatus.REFUSED,
            "an agent runs here and would load its rules again: stop it first",
            null);
      }
      return withBook(
          config,
          book -> {
            out.println("rules taken away: " + book.remove());
            return ExitStatus.DONE;
          });
    }
  }

  /// The lock of the host; null when an agent has it.
  private static HostLock lock(AgentConfig config) throws IOException {
    try {
      return HostLock.take(config.lockFile());
    } catch (HostLock.HeldException held) {
      return null;
    }
  }
}
