package io.coreaudit.agent;

import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.InputMode;
import io.coreaudit.backfill.AuditdConfig;
import io.coreaudit.backfill.Backfill;
import io.coreaudit.backfill.BackfillSettings;
import io.coreaudit.backfill.BootTime;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.Intake;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.HostRoot;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.spool.Spool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Wires what looks through auditd's log for events of before the start.
final class Backfills {
  private static final Logger LOG = LoggerFactory.getLogger(Backfills.class);
  private static final Path PROC = Path.of("/proc");

  /// So long a record may have waited in the kernel before somebody listened.
  private static final long LONGEST_QUEUED_MS = TimeUnit.MINUTES.toMillis(1);

  private Backfills() {}

  /// Makes the role, and has the intake wait for what it finds; null: nothing is looked for.
  ///
  /// @param startedMs when this process began, milliseconds of the epoch
  static Backfill open(
      AgentConfig config,
      Intake intake,
      Spool spool,
      BootId boot,
      Origins origins,
      long startedMs) {
    InputMode mode = config.input().mode();
    if (!config.backfill().enabled() || mode == InputMode.PLUGIN || mode == InputMode.FILE) {
      return null;
    }
    Path root = HostRoot.of(PROC, config.watch().namespace());
    if (root == null) {
      LOG.warn("no backfill from auditd's log: the host's files cannot be reached from here");
      return null;
    }
    AuditdConfig auditd = AuditdConfig.ofHost(root);
    try {
      BackfillSettings settings =
          new BackfillSettings(
              HostRoot.file(root, auditd.log(config.backfill().log())),
              auditd,
              new String(HostName.ofKernel().bytes(), StandardCharsets.ISO_8859_1),
              config.spool().dir(),
              boot,
              BootTime.ms(PROC.resolve("stat")),
              startedMs - LONGEST_QUEUED_MS,
              config.backfill().rate());
      return new Backfill(
          settings,
          intake.awaitEarlier(),
          spool,
          new OriginCollector(origins.host(), origins.accounts(), OriginSources.NONE));
    } catch (IOException e) {
      LOG.warn("no backfill from auditd's log: {}", e.getMessage());
      return null;
    }
  }
}
