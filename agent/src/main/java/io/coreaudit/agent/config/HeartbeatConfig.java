package io.coreaudit.agent.config;

import java.nio.file.Path;

/// What the heartbeat tells, and how often.
///
/// @param intervalNs time between two; 0: none
/// @param chain whether they tell a hash over what was accepted
/// @param keyFile signs it; null: nothing does
public record HeartbeatConfig(long intervalNs, boolean chain, Path keyFile) {
  /// Checks the bounds, and that there is something to sign.
  public HeartbeatConfig {
    new Checks()
        .within(ConfigKey.HEARTBEAT_INTERVAL, intervalNs)
        .that(
            keyFile == null || chain && intervalNs > 0,
            ConfigKey.HEARTBEAT_SIGN_KEY_FILE,
            "signs the chain of hashes, of which nothing is told: leave it out, or set"
                + " heartbeat.chain: true and heartbeat.interval to a time")
        .done();
  }
}
