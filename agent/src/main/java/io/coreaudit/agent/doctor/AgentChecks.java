package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.bad;
import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.skipped;
import static io.coreaudit.agent.doctor.Finding.warn;

import io.coreaudit.agent.command.WatchWishes;
import io.coreaudit.agent.control.ControlClient;
import io.coreaudit.json.Json;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.watch.HostNamespaces;
import io.coreaudit.watch.Rulebook;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The agent itself: what it is told, whether it runs, and whether its rules are there.
final class AgentChecks {
  private static final long ANSWER_MILLIS = 3000;

  private AgentChecks() {}

  /// All of them.
  static List<Check> all() {
    return List.of(
        new Check("configuration", AgentChecks::configuration),
        new Check("agent", AgentChecks::agent),
        new Check("watches", AgentChecks::watches),
        new Check("rules", AgentChecks::rules));
  }

  private static Finding configuration(Host host) {
    String file = host.configFile() == null ? "defaults" : host.configFile().toString();
    if (host.faults().isEmpty()) {
      return good(file);
    }
    return bad(
        Finding.some(host.faults()) + "; what follows here goes by the defaults",
        host.configFile() == null
            ? "coreaudit config print"
            : "coreaudit config check " + host.configFile());
  }

  private static Finding agent(Host host) throws IOException {
    long pid = host.agent();
    if (pid == 0) {
      return warn("none runs here", "systemctl start coreaudit");
    }
    Json report;
    try {
      report =
          ControlClient.parse(
                  ControlClient.ask(host.config().controlSocket(), "status", ANSWER_MILLIS))
              .at("agent");
    } catch (IOException e) {
      return bad(
          "pid "
              + pid
              + " has the lock and does not answer at "
              + host.config().controlSocket()
              + ": "
              + e.getMessage(),
          "ask as root or as the agent's own user; if it hangs: systemctl restart coreaudit");
    }
    String words = "pid " + report.at("pid").text() + ", version " + report.at("version").text();
    return report.at("ready").isTrue()
        ? good(words + ", ready")
        : bad(words + ", not ready: " + texts(report.at("reasons")), "coreaudit status");
  }

  private static Finding watches(Host host) throws IOException {
    if (host.agent() == 0) {
      return skipped("no agent runs here");
    }
    Json report =
        ControlClient.parse(
            ControlClient.ask(host.config().controlSocket(), "watches", ANSWER_MILLIS));
    List<String> open = new ArrayList<>();
    int covered = 0;
    for (Json watch : report.at("watches").elements()) {
      String state = watch.at("state").text("");
      covered += state.equals("covered") ? 1 : 0;
      if (state.equals("uncovered") || state.equals("contested")) {
        open.add(watch.at("path").text() + ": " + watch.at("reason").text());
      }
    }
    return open.isEmpty()
        ? good(covered + " covered; mounts by " + report.at("mounts").text())
        : bad(
            open.size() + " not covered, " + covered + " covered: " + Finding.some(open),
            "coreaudit watches, then coreaudit rules apply");
  }

  private static Finding rules(Host host) throws IOException {
    if (!host.live() || host.kernel().status() == null) {
      return skipped("the kernel's audit did not answer");
    }
    String wanted = host.config().watch().namespace();
    try (HostNamespace namespace = HostNamespaces.reachable(wanted == null ? "" : wanted)) {
      if (!namespace.missed().isEmpty()) {
        return skipped("the host's paths cannot be looked at: " + namespace.missed());
      }
      return rules(host, namespace);
    }
  }

  private static Finding rules(Host host, HostNamespace namespace) throws IOException {
    List<String> steps;
    try (AuditControl control = AuditControl.open();
        Rulebook book =
            Rulebook.of(
                control,
                WatchWishes.of(host.config()),
                host.config().runDir().resolve("rules.state"),
                namespace)) {
      steps = book.plan();
    }
    if (steps.isEmpty()) {
      return good("as the configuration wants them");
    }
    String words = steps.size() + " changes are open: " + Finding.some(steps);
    return host.agent() == 0
        ? warn(words + " (an agent that starts makes them)", "coreaudit rules apply")
        : bad(words, "coreaudit rules apply");
  }

  private static String texts(Json list) {
    return Finding.some(list.elements().stream().map(text -> text.text("")).toList());
  }
}
