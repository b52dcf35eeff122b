package io.coreaudit.agent.config;

/// What the agent sets in the kernel.
///
/// @param enable switch audit on when it is off
/// @param keepEnabled undo it when somebody switches audit off
/// @param backlogLimit records that the kernel may queue; only ever raised
public record AuditConfig(boolean enable, boolean keepEnabled, int backlogLimit) {
  /// Checks the values.
  public AuditConfig {
    new Checks().within(ConfigKey.AUDIT_BACKLOG_LIMIT, backlogLimit).done();
  }
}
