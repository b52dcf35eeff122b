package io.coreaudit.agent.config;

import java.nio.file.Path;

/// What of before the start is looked for in auditd's log.
///
/// @param enabled whether it is
/// @param log auditd's log, as a path on the host; null: where auditd.conf says
/// @param rate most events a second; 0: no bound
public record BackfillConfig(boolean enabled, Path log, int rate) {
  /// Checks the values.
  public BackfillConfig {
    new Checks().within(ConfigKey.BACKFILL_RATE, rate).done();
  }
}
