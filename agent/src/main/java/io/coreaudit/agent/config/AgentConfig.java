package io.coreaudit.agent.config;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// All that the agent is told. Frozen.
///
/// @param input how records come in
/// @param backfill what of before the start is looked for in auditd's log
/// @param audit what the agent sets in the kernel
/// @param rules what becomes of its rules
/// @param watch what is watched
/// @param origin where the origin of events is looked for
/// @param spool where events wait
/// @param sinks where they go; may be empty: they stay in the spool then
/// @param http metrics and health for this host
/// @param metrics the same for others
/// @param logLevel how much the agent says
/// @param nodeName name of this node in events; null: the host's name
/// @param heartbeat events that say that the agent is there
/// @param stateDir what is kept over a restart of the host
/// @param runDir lock and control socket
public record AgentConfig(
    InputConfig input,
    BackfillConfig backfill,
    AuditConfig audit,
    RulesConfig rules,
    WatchConfig watch,
    OriginConfig origin,
    SpoolConfig spool,
    List<SinkConfig> sinks,
    HttpConfig http,
    MetricsConfig metrics,
    LogLevel logLevel,
    String nodeName,
    HeartbeatConfig heartbeat,
    Path stateDir,
    Path runDir) {
  /// Checks what the parts must keep among themselves.
  public AgentConfig {
    sinks = List.copyOf(sinks);
    Checks checks = new Checks();
    Set<String> names = new HashSet<>();
    Set<Path> files = new HashSet<>();
    int stdout = 0;
    checks.that(
        input.mode() != InputMode.FILE || watch.paths().isEmpty(),
        ConfigKey.WATCH_PATHS,
        "cannot be watched with input.mode: file, which reads no live events: leave it out, or"
            + " choose multicast, unicast or plugin");
    notInFileMode(checks, input, watch, rules);
    for (SinkConfig sink : sinks) {
      checks.that(
          names.add(sink.name()),
          ConfigKey.SINK_NAME,
          "two sinks are named " + sink.name() + ": expected a name of its own for each");
      checks.that(
          sink.path() == null || files.add(sink.path()),
          ConfigKey.SINK_PATH,
          "two sinks write to " + sink.path());
      stdout += sink.type() == SinkType.STDOUT ? 1 : 0;
    }
    checks.that(stdout <= 1, ConfigKey.SINK_TYPE, "two sinks write to standard output");
    checks.that(
        runDir
                .resolve("control")
                .toString()
                .getBytes(java.nio.charset.StandardCharsets.UTF_8)
                .length
            <= 107,
        ConfigKey.RUN_DIR,
        "too long: the control socket's path may have 107 bytes");
    checks.done();
  }

  private static void notInFileMode(
      Checks checks, InputConfig input, WatchConfig watch, RulesConfig rules) {
    boolean file = input.mode() == InputMode.FILE;
    String text = "cannot be with input.mode: file, which reads no live events";
    checks.that(
        !file || watch.etcd().enabled() != SwitchWord.TRUE, ConfigKey.WATCH_ETCD_ENABLED, text);
    checks.that(
        !file || watch.secrets().enabled() != SwitchWord.TRUE,
        ConfigKey.WATCH_SECRETS_ENABLED,
        text);
    checks.that(!file || rules.packs().isEmpty(), ConfigKey.RULES_PACKS, text);
  }

  /// The lock that lets one agent run on a host.
  public Path lockFile() {
    return runDir.resolve("lock");
  }

  /// The socket on which a running agent answers.
  public Path controlSocket() {
    return runDir.resolve("control");
  }
}
