package io.coreaudit.agent.doctor;

import io.coreaudit.agent.config.AgentConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Examines the host that this process runs on.
public final class Doctor {
  private static final Duration EACH = Duration.ofSeconds(8);
  private static final Duration ALL = Duration.ofSeconds(45);

  private Doctor() {}

  /// Looks at everything. Changes nothing, and takes 45 seconds at most, whatever hangs.
  ///
  /// @param config what the agent is told; the defaults when that has faults
  /// @param configFile where that stands; null: nowhere
  /// @param faults what is wrong with it, a line each
  /// @param sinks whether to try to reach the receivers
  public static Report examine(
      AgentConfig config, Path configFile, List<String> faults, boolean sinks) {
    return new Examination(EACH, ALL)
        .report(Host.here(config, configFile, faults), checks(config, sinks));
  }

  /// The table of all checks, in the order in which they are told.
  static List<Check> checks(AgentConfig config, boolean sinks) {
    List<Check> checks = new ArrayList<>();
    checks.addAll(AuditChecks.all());
    checks.addAll(BootChecks.all());
    checks.addAll(PlaceChecks.all());
    checks.addAll(NodeChecks.all());
    checks.addAll(DiskChecks.all());
    checks.addAll(AgentChecks.all());
    if (sinks) {
      checks.addAll(SinkChecks.of(config));
    }
    return checks;
  }
}
