package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.bad;
import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.skipped;
import static io.coreaudit.agent.doctor.Finding.warn;

import io.coreaudit.agent.command.WatchWishes;
import io.coreaudit.agent.control.ControlClient;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.watch.HostNamespaces;
import io.coreaudit.watch.Rulebook;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    Map<?, ?> report;
    try {
      report =
          (Map<?, ?>)
              ControlClient.parse(
                      ControlClient.ask(host.config().controlSocket(), "status", ANSWER_MILLIS))
                  .get("agent");
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
    String words = "pid " + report.get("pid") + ", version " + report.get("version");
    return Boolean.TRUE.equals(report.get("ready"))
        ? good(words + ", ready")
        : bad(words + ", not ready: " + texts(report.get("reasons")), "coreaudit status");
  }

  private static Finding watches(Host host) throws IOException {
    if (host.agent() == 0) {
      return skipped("no agent runs here");
    }
    Map<?, ?> report =
        ControlClient.parse(
            ControlClient.ask(host.config().controlSocket(), "watches", ANSWER_MILLIS));
    List<String> open = new ArrayList<>();
    int covered = 0;
    for (Object each : (List<?>) report.get("watches")) {
      Map<?, ?> watch = (Map<?, ?>) each;
      String state = String.valueOf(watch.get("state"));
      covered += state.equals("covered") ? 1 : 0;
      if (state.equals("uncovered") || state.equals("contested")) {
        open.add(watch.get("path") + ": " + watch.get("reason"));
      }
    }
    return open.isEmpty()
        ? good(covered + " covered; mounts by " + report.get("mounts"))
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

  private static String texts(Object list) {
    return list instanceof List<?> texts
        ? Finding.some(texts.stream().map(String::valueOf).toList())
        : "";
  }
}
