package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.bad;
import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.skipped;
import static io.coreaudit.agent.doctor.Finding.warn;

import io.coreaudit.agent.config.BackfillConfig;
import io.coreaudit.backfill.AuditdConfig;
import io.coreaudit.origin.HostRoot;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What was decided at boot, and who else keeps audit's records.
final class BootChecks {
  private static final Pattern STAMP = Pattern.compile("msg=audit\\(([0-9]{1,12})\\.");
  private static final String JOURNALD = "systemd-journald-audit.socket";
  private static final Duration SHORT = Duration.ofHours(6);

  private BootChecks() {}

  /// All of them.
  static List<Check> all() {
    return List.of(
        new Check("kernel line", BootChecks::kernelLine),
        new Check("kernel", BootChecks::kernel),
        new Check("journald", BootChecks::journald),
        new Check("auditd's log", BootChecks::auditdLog),
        new Check("backfill", BootChecks::backfill));
  }

  private static Finding kernelLine(Host host) {
    String line = Host.text(host.proc().resolve("cmdline"));
    if (line.isEmpty()) {
      return skipped("proc/cmdline cannot be read");
    }
    String audit = null;
    for (String word : line.split("\\s+")) {
      if (word.startsWith("audit=")) {
        audit = word;
      }
    }
    if ("audit=0".equals(audit) || "audit=off".equals(audit)) {
      return bad(
          audit + ": this kernel's audit cannot record processes before the next boot",
          arguments(host, true));
    }
    return "audit=1".equals(audit) || "audit=on".equals(audit)
        ? good(audit + ": every process is recorded from the first on")
        : warn(
            "no audit=1: a process that started while audit was off stays unseen for its whole"
                + " life",
            arguments(host, false));
  }

  /// How the words of the kernel line are changed here.
  private static String arguments(Host host, boolean off) {
    if (Files.exists(host.file("run/ostree-booted"))) {
      return "rpm-ostree kargs"
          + (off ? " --delete=audit=0" : "")
          + " --append-if-missing=audit=1 --append-if-missing=audit_backlog_limit=8192 (a node of"
          + " OpenShift: kernelArguments of a MachineConfig)";
    }
    if (Files.exists(host.file("usr/sbin/grubby"))) {
      return "grubby --update-kernel=ALL"
          + (off ? " --remove-args=audit" : "")
          + " --args='audit=1 audit_backlog_limit=8192'";
    }
    return "put audit=1 audit_backlog_limit=8192 into GRUB_CMDLINE_LINUX of /etc/default/grub"
        + (off ? " in place of audit=0" : "")
        + ", and update-grub";
  }

  private static Finding kernel(Host host) {
    String release = Host.text(host.proc().resolve("sys/kernel/osrelease"));
    Matcher numbers = Pattern.compile("([0-9]+)\\.([0-9]+).*").matcher(release);
    if (!numbers.matches()) {
      return skipped("proc/sys/kernel/osrelease cannot be read");
    }
    int version = Integer.parseInt(numbers.group(1)) * 1000 + Integer.parseInt(numbers.group(2));
    boolean uringOff = Host.text(host.proc().resolve("sys/kernel/io_uring_disabled")).equals("2");
    if (version < 3016) {
      return bad(
          release + ": multicast came with 3.16", "set input.mode: unicast, or run it as plugin");
    }
    if (version >= 5006 && version < 5016 && !uringOff) {
      return warn(
          release
              + ": io_uring opens files, and rules for it came with 5.16; whether this kernel's"
              + " maker brought them back, coreaudit watches tells",
          "sysctl kernel.io_uring_disabled=2 (where the kernel has it)");
    }
    return good(release + (uringOff ? ", io_uring is off" : ""));
  }

  private static Finding journald(Host host) throws IOException {
    if (!Files.exists(host.file("usr/lib/systemd/system"))) {
      return skipped("no systemd here");
    }
    Path own = host.file("etc/systemd/system/" + JOURNALD);
    if (Files.isSymbolicLink(own) && Files.readSymbolicLink(own).equals(Path.of("/dev/null"))) {
      return good("does not take audit's records (its socket is masked)");
    }
    boolean wanted =
        Stream.of("usr/lib", "etc", "run")
            .flatMap(
                dir ->
                    Stream.of("sockets.target.wants", "systemd-journald.service.wants")
                        .map(wants -> host.file(dir + "/systemd/system/" + wants)))
            .anyMatch(wants -> Files.exists(wants.resolve(JOURNALD), LinkOption.NOFOLLOW_LINKS));
    return wanted
        ? warn(
            "keeps every record of audit as well, for all who may read the journal, and switches"
                + " audit on",
            "systemctl mask --now " + JOURNALD + " && systemctl restart systemd-journald")
        : good("does not take audit's records");
  }

  private static Finding auditdLog(Host host) throws IOException {
    AuditdConfig auditd = AuditdConfig.ofHost(host.root());
    if (!auditd.isThere()) {
      return skipped("no auditd here");
    }
    for (String key : List.of("disk_full_action", "disk_error_action", "admin_space_left_action")) {
      String action = auditd.value(key, "").toUpperCase(Locale.ROOT);
      if (action.equals("HALT") || action.equals("SINGLE")) {
        return warn(
            key + " = " + action + ": a full disk stops the host",
            "set "
                + key
                + " = SUSPEND in /etc/audit/auditd.conf, and auditctl --signal reload (some rules"
                + " of compliance ask for it as it is)");
      }
    }
    if (!auditd.writesLog()) {
      return good("write_logs = no: it keeps none");
    }
    String keeps =
        auditd.value("num_logs", "5") + " files of " + auditd.value("max_log_file", "8") + " MiB";
    return rotation(keeps, HostRoot.file(host.root(), auditd.log(null)));
  }

  private static Finding backfill(Host host) throws IOException {
    BackfillConfig config = host.config().backfill();
    if (!config.enabled()) {
      return skipped("backfill.enabled=false: what passes while no agent runs is not looked for");
    }
    if (!host.multicast() && !host.unicast()) {
      return skipped("input.mode reads no kernel's stream");
    }
    AuditdConfig auditd = AuditdConfig.ofHost(host.root());
    Path log = auditd.log(config.log());
    Path file = HostRoot.file(host.root(), log);
    if (Files.isRegularFile(file) && Files.isReadable(file)) {
      return config.log() == null && !auditd.writesLog()
          ? withoutLog(host, log + " is not written any more (write_logs = no)")
          : good("what passes while no agent runs is taken from " + log);
    }
    return Files.exists(file)
        ? bad(log + " is not a file that can be read", "ls -l " + log)
        : withoutLog(host, "no " + log);
  }

  private static Finding withoutLog(Host host, String why) {
    String text = why + ": what passes while no agent runs is told as missing, by number";
    return host.unicast() // auditd cannot run beside it
        ? skipped(text)
        : warn(text, "run auditd beside the agent (write_logs = yes), or set backfill.log");
  }

  /// How far back auditd's own log reaches: what the agent can fill in after it was away.
  private static Finding rotation(String keeps, Path current) {
    String name = current.getFileName().toString();
    List<Path> rotated =
        Host.list(current.getParent()).stream()
            .filter(
                file -> file.getFileName().toString().matches(Pattern.quote(name) + "\\.[0-9]+"))
            .toList();
    Instant oldest = null;
    for (Path file : rotated) {
      Instant first = firstStamp(file);
      oldest = first != null && (oldest == null || first.isBefore(oldest)) ? first : oldest;
    }
    if (oldest == null) {
      return good(keeps + ", not rotated yet");
    }
    Duration reach = Duration.between(oldest, Instant.now());
    String words = keeps + " reach back " + hours(reach);
    return reach.compareTo(SHORT) < 0
        ? warn(
            words + ": its oldest records go soon, and with them what it alone has",
            "set num_logs = 99 in /etc/audit/auditd.conf, and auditctl --signal reload")
        : good(words);
  }

  private static String hours(Duration reach) {
    return reach.toDays() > 1
        ? reach.toDays() + " days"
        : reach.toHours() + " h " + reach.toMinutesPart() + " min";
  }

  private static Instant firstStamp(Path file) {
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      String line = in.readLine();
      Matcher stamp = STAMP.matcher(line == null ? "" : line);
      return stamp.find() ? Instant.ofEpochSecond(Long.parseLong(stamp.group(1))) : null;
    } catch (IOException unreadable) {
      return null;
    }
  }
}
