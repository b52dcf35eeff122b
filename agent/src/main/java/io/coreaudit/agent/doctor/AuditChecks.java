package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.bad;
import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.skipped;
import static io.coreaudit.agent.doctor.Finding.warn;

import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.watch.Rulebook;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the kernel's audit says of itself: settings, losses, rules, and who listens.
final class AuditChecks {
  private static final String NO_ANSWER = "the kernel's audit did not answer";
  private static final Pattern LOCKS = Pattern.compile("\\s*-e\\s*2\\s*");
  private static final Pattern NO_TASKS =
      Pattern.compile("\\s*-[aA]\\s+(never,task|task,never)\\b.*");
  private static final int NETLINK_AUDIT = 9;
  private static final int MOST_BACKLOG = 65_536;

  private AuditChecks() {}

  /// All of them.
  static List<Check> all() {
    return List.of(
        new Check("kernel audit", AuditChecks::answers),
        new Check("audit lock", AuditChecks::locked),
        new Check("backlog", AuditChecks::backlog),
        new Check("failure mode", AuditChecks::failure),
        new Check("rate limit", AuditChecks::rate),
        new Check("lost records", AuditChecks::lost),
        new Check("blinding rules", AuditChecks::blinding),
        new Check("rule files", AuditChecks::files),
        new Check("unicast slot", AuditChecks::slot),
        new Check("multicast readers", AuditChecks::readers));
  }

  private static Finding answers(Host host) throws IOException {
    AuditStatus status = host.kernel().status();
    if (status == null) {
      return bad(
          host.kernel().refusal(),
          "run doctor as root, on the host or in the agent's own container");
    }
    if (status.enabled() != 0) {
      return good("on (enabled=" + status.enabled() + ")");
    }
    if (host.agent() > 0) {
      return bad("off (enabled=0), and an agent runs: nothing is recorded", "auditctl -e 1");
    }
    return host.config().audit().enable()
        ? warn("off (enabled=0); the agent switches it on when it starts", "auditctl -e 1")
        : bad("off (enabled=0), and audit.enable=false leaves it so", "auditctl -e 1");
  }

  private static Finding locked(Host host) {
    AuditStatus status = host.kernel().status();
    if (status == null) {
      return skipped(NO_ANSWER);
    }
    if (!status.locked()) {
      return good("rules and settings can be changed");
    }
    List<String> files = ruleFiles(host, LOCKS);
    return warn(
        "locked until the next boot (enabled=2): rules that are not loaded by now stay away, and"
            + " secrets that are mounted are attached no more unless their anchor has its rules",
        files.isEmpty()
            ? "take -e 2 out of the rules that are loaded at boot, and reboot"
            : "load the agent's rules before it (rules/boot of this program), or take -e 2 out of "
                + String.join(", ", files)
                + "; then reboot");
  }

  private static Finding backlog(Host host) {
    AuditStatus status = host.kernel().status();
    if (status == null) {
      return skipped(NO_ANSWER);
    }
    long limit = status.backlogLimit();
    int wanted = host.config().audit().backlogLimit();
    String words = "backlog_limit=" + limit + ", " + status.backlog() + " wait";
    if (limit == 0) {
      return warn(words + ": without a limit it may take all of the memory", raise(wanted));
    }
    if (status.backlog() * 10 >= limit * 9) {
      return bad(words + ": whoever reads does not keep up, and processes wait", raise(4 * limit));
    }
    return limit < wanted
        ? warn(words + "; audit.backlog_limit=" + wanted + " is for bursts", raise(wanted))
        : good(words);
  }

  private static String raise(long limit) {
    return "auditctl -b " + limit;
  }

  private static Finding failure(Host host) {
    AuditStatus status = host.kernel().status();
    if (status == null) {
      return skipped(NO_ANSWER);
    }
    return switch (status.failure()) {
      case 0 -> good("failure=0: the kernel says nothing of records that it must lose");
      case 1 -> good("failure=1: the kernel logs that it must lose records");
      default ->
          warn(
              "failure="
                  + status.failure()
                  + ": the host panics when the kernel must lose a record, also in a burst",
              "auditctl -f 1");
    };
  }

  private static Finding rate(Host host) {
    AuditStatus status = host.kernel().status();
    if (status == null) {
      return skipped(NO_ANSWER);
    }
    return status.rateLimit() <= 0
        ? good("none")
        : warn(
            "rate_limit=" + status.rateLimit() + ": what is more in a second, the kernel drops",
            "auditctl -r 0");
  }

  private static Finding lost(Host host) {
    AuditStatus status = host.kernel().status();
    if (status == null) {
      return skipped(NO_ANSWER);
    }
    return status.lost() == 0
        ? good("lost=0")
        : warn(
            "lost=" + status.lost() + " records since the boot or the last reset of the count",
            status.rateLimit() > 0
                ? "auditctl -r 0; then auditctl --reset-lost"
                : (status.backlogLimit() < MOST_BACKLOG
                        ? raise(Math.clamp(2 * status.backlogLimit(), 8192, MOST_BACKLOG))
                            + "; then "
                        : "")
                    + "auditctl --reset-lost, and look again after a while");
  }

  private static Finding blinding(Host host) {
    if (host.kernel().status() == null) {
      return skipped(NO_ANSWER);
    }
    List<String> found = Rulebook.blinding(host.kernel().rules());
    if (found.isEmpty()) {
      return good("none of " + host.kernel().rules().size() + " rules takes from all others");
    }
    return bad(
        "loaded, and no access is recorded as it should be: " + Finding.some(found),
        found.stream()
            .map(rule -> "auditctl " + rule.replaceFirst("^-[aA]", "-d"))
            .reduce((one, other) -> one + "; " + other)
            .orElse(""));
  }

  private static Finding files(Host host) {
    List<String> blind = ruleFiles(host, NO_TASKS);
    return blind.isEmpty()
        ? good("none in etc/audit switches the recording of processes off")
        : bad(
            "-a never,task stands in "
                + String.join(", ", blind)
                + ": from the next boot on no process is recorded",
            "sed -i.bak -E '/^\\s*-[aA]\\s+(never,task|task,never)/s/^/#/' "
                + String.join(" ", blind)
                + "; and until then: auditctl -d never,task");
  }

  /// The rule files of auditd's in which a line is, as paths of the host.
  private static List<String> ruleFiles(Host host, Pattern line) {
    Stream<java.nio.file.Path> files =
        Stream.concat(
            Host.list(host.file("etc/audit/rules.d")).stream()
                .filter(file -> file.toString().endsWith(".rules")),
            Stream.of(host.file("etc/audit/audit.rules")));
    return files
        .filter(file -> Host.lines(file).stream().anyMatch(text -> line.matcher(text).matches()))
        .map(file -> "/" + host.root().relativize(file))
        .toList();
  }

  private static Finding slot(Host host) throws IOException {
    AuditStatus status = host.kernel().status();
    if (status == null) {
      return skipped(NO_ANSWER);
    }
    long owner = status.pid();
    if (owner == 0) {
      return good(
          host.unicast()
              ? "nobody holds it: the agent can take it"
              : "nobody holds it; the kernel prints records into its own log, too");
    }
    String who = "held by " + host.process(owner);
    if (owner == host.agent()) {
      return good(who + ", the agent");
    }
    if (host.unicast()) {
      return bad(
          who + ", and input.mode=unicast wants it",
          "set input.mode: multicast, which reads beside it");
    }
    return Host.text(host.proc().resolve(owner + "/comm")).matches("auditd|go-audit|auditbeat")
        ? good(who + "; the agent reads beside it")
        : warn(
            who + ": processes of the host wait for it when it does not read",
            "ps -o pid,comm,args -p " + owner);
  }

  private static Finding readers(Host host) {
    List<String> readers = new ArrayList<>();
    for (String line : Host.lines(host.proc().resolve("net/netlink"))) {
      // sk Eth Pid Groups Rmem ...: of a socket of audit's protocol in the first group
      String[] fields = line.trim().split("\\s+");
      if (fields.length > 8
          && fields[1].equals(Integer.toString(NETLINK_AUDIT))
          && (Long.parseLong(fields[3], 16) & 1) != 0) {
        String name = Host.text(host.proc().resolve(fields[2] + "/comm"));
        String drops = fields[8].equals("0") ? "" : " (" + fields[8] + " drops)";
        readers.add((name.isEmpty() ? "port " + fields[2] : name) + drops);
      }
    }
    return good(readers.isEmpty() ? "none" : readers.size() + ": " + Finding.some(readers));
  }
}
