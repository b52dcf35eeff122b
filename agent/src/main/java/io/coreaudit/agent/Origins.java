package io.coreaudit.agent;

import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.InputMode;
import io.coreaudit.agent.config.SecretsRepeat;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Heartbeat;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.ContainerFiles;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.HostRoot;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginLimits;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.origin.SecretDevices;
import io.coreaudit.watch.SecretSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What tells who and where, wired: names of accounts and of the host, processes, containers,
/// secret volumes.
final class Origins implements AutoCloseable {
  private static final Duration CONTAINERS_WITHIN = Duration.ofSeconds(5);
  private static final Path ROOT = Path.of("/");
  private static final Path OWN_PIDS = Path.of("/proc/self/ns/pid");
  private static final String INITIAL_PIDS = "pid:[4026531836]"; // PROC_PID_INIT_INO
  private static final Logger LOG = LoggerFactory.getLogger(Origins.class);

  private final AccountNames accounts;
  private final HostName host;
  private final SecretDevices devices = new SecretDevices();
  private final ContainerFiles containers; // null: the events are not of this moment
  private final OriginCollector collector;

  Origins(AgentConfig config) {
    String namespace = config.watch().namespace();
    accounts = HostAccounts.find(namespace);
    host = config.nodeName() == null ? HostName.ofKernel() : HostName.of(config.nodeName());
    // The processes of a file's events are gone, or another host's.
    boolean live =
        config.input().mode() != InputMode.FILE
            && hasNumbersOfProcesses(config.input().mode(), OWN_PIDS);
    containers = live ? containers(config, namespace) : null;
    collector =
        new OriginCollector(
            host,
            accounts,
            live
                ? new OriginSources(
                    "/proc", containers, devices, config.watch().secrets().neverExe())
                : OriginSources.NONE,
            live ? limits(config) : OriginLimits.NONE);
  }

  // The kernel gives its records to nobody else; auditd's may be handed anywhere.
  static boolean hasNumbersOfProcesses(InputMode mode, Path pids) {
    if (mode != InputMode.PLUGIN || isInitial(pids)) {
      return true;
    }
    LOG.warn(
        "input.mode=plugin: the numbers of processes here are not those of auditd's records, so"
            + " nothing is told of where a process belongs, nor which secret it touched and whose"
            + " (coreaudit.secret), and origin.container_rate and watch.secrets.repeat do nothing;"
            + " run the agent in the host's pid namespace (hostPID)");
    return false;
  }

  private static boolean isInitial(Path namespace) {
    try {
      return Files.readSymbolicLink(namespace).toString().equals(INITIAL_PIDS);
    } catch (IOException unknown) {
      return true;
    }
  }

  private static OriginLimits limits(AgentConfig config) {
    boolean all = config.watch().secrets().repeat() == SecretsRepeat.ALL;
    return new OriginLimits(config.origin().containerRate(), all ? "" : SecretSettings.KEY);
  }

  private static ContainerFiles containers(AgentConfig config, String namespace) {
    Path found = HostRoot.of(Path.of("/proc"), namespace);
    Path root = found == null ? ROOT : found;
    List<Path> storage =
        config.origin().storage().stream().map(path -> HostRoot.file(root, path)).toList();
    return storage.isEmpty() ? null : new ContainerFiles(storage, config.origin().labels());
  }

  /// Begins to follow the containers.
  void start(Health health) {
    if (containers != null) {
      Heartbeat beat = health.heartbeat("containers", Health.STUCK_NS);
      containers.onTurn(beat::beat, beat::rest);
      containers.start();
    }
  }

  /// Waits until those that are there are known, but not for ever.
  void awaitContainers() {
    if (containers != null) {
      containers.awaitListed(CONTAINERS_WITHIN);
    }
  }

  /// Looks whether names of accounts or of the host have changed.
  void refreshNames() {
    accounts.refreshIfChanged();
    host.refreshIfChanged();
  }

  AccountNames accounts() {
    return accounts;
  }

  HostName host() {
    return host;
  }

  SecretDevices devices() {
    return devices;
  }

  /// Null when none are followed.
  ContainerFiles containers() {
    return containers;
  }

  OriginCollector collector() {
    return collector;
  }

  @Override
  public void close() {
    if (containers != null) {
      containers.close();
    }
    collector.close();
  }
}
