package io.coreaudit.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real auditd (Debian's package) on a configuration of the test's own.
final class Auditd implements AutoCloseable {
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(15);

  private final Path log;
  private final Process process;

  private Auditd(Path log, Process process) {
    this.log = log;
    this.process = process;
  }

  /// Starts it in a folder and waits until it owns the kernel's unicast slot.
  static Auditd start(Path dir) throws Exception {
    return start(dir, "RAW");
  }

  /// Does the same with a log format, which is also that of what its plugins get: `RAW` or
  /// `ENRICHED`. It starts the plugins that the folder's `plugins.d` names.
  static Auditd start(Path dir, String logFormat) throws Exception {
    Command.require("auditd");
    Files.createDirectories(dir.resolve("plugins.d"));
    Path log = dir.resolve("audit.log");
    Files.writeString(
        dir.resolve("auditd.conf"),
        """
        local_events = yes
        write_logs = yes
        log_file = %s
        log_group = root
        log_format = %s
        flush = NONE
        max_log_file = 500
        max_log_file_action = IGNORE
        priority_boost = 0
        space_left = 2
        space_left_action = IGNORE
        admin_space_left = 1
        admin_space_left_action = IGNORE
        disk_full_action = IGNORE
        disk_error_action = IGNORE
        plugin_dir = %s
        """
            .formatted(log, logFormat, dir.resolve("plugins.d")));
    Process process =
        new ProcessBuilder("/usr/sbin/auditd", "-n", "-c", dir.toString(), "-s", "nochange")
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("said").toFile())
            .start();
    Auditd auditd = new Auditd(log, process);
    try {
      Await.until(
          STARTS_WITHIN,
          "auditd owns the slot",
          () -> "it is alive: " + process.isAlive(),
          () -> AuditState.now().pid() == process.pid());
    } catch (Exception | AssertionError e) {
      auditd.close();
      throw e;
    }
    return auditd;
  }

  long pid() {
    return process.pid();
  }

  /// The programs that it started.
  List<Long> plugins() {
    return process.toHandle().children().map(ProcessHandle::pid).toList();
  }

  /// Makes it read its configuration anew.
  void reload() throws Exception {
    Command.run("kill", "-HUP", Long.toString(process.pid()));
  }

  /// What it has written so far.
  String log() throws IOException {
    return Files.exists(log) ? Files.readString(log) : "";
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
