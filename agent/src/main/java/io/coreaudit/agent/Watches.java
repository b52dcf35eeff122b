package io.coreaudit.agent;

import io.coreaudit.agent.command.WatchWishes;
import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.SecretsRepeat;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Heartbeat;
import io.coreaudit.intake.Intake;
import io.coreaudit.mount.Mount;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.origin.SecretDevices;
import io.coreaudit.watch.HostNamespaces;
import io.coreaudit.watch.KernelSettings;
import io.coreaudit.watch.SecretKeeper;
import io.coreaudit.watch.Warden;
import io.coreaudit.watch.Watch;
import io.coreaudit.watch.WatchSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;

/// The roles that watch, wired: the warden keeps the rules, the keeper of secrets follows the
/// mounts.
final class Watches {
  private static final Duration MOUNTS_WITHIN = Duration.ofSeconds(10);
  private static final Duration END = Duration.ofMillis(500);

  private final AgentConfig config;
  private final Warden warden;
  private SecretKeeper secrets;
  private AuditControl mountControl;

  /// @param onAttached told the nanoseconds from a mount's being seen to the kernel's answer
  Watches(
      AgentConfig config,
      AuditControl control,
      KernelSettings settings,
      Intake intake,
      LongConsumer onAttached)
      throws IOException {
    this.config = config;
    WatchSettings wanted = WatchWishes.of(config);
    warden =
        Warden.of(
            control,
            wanted,
            config.runDir().resolve("rules.state"),
            settings,
            config.audit().keepEnabled(),
            intake.configChanges(),
            intake.ownEvents()::offer);
    if (wanted.secrets() != null) {
      mountControl = AuditControl.open();
      secrets =
          SecretKeeper.of(
              mountControl,
              wanted.secrets(),
              namespace(config),
              intake.ownEvents()::offer,
              onAttached);
      warden.secrets(secrets);
    }
  }

  /// Sets who is told which secret a device number means. Before `start`.
  void devices(SecretDevices devices) {
    if (secrets != null) {
      secrets.onVolume(
          (volume, mounted, before) -> {
            Mount mount = volume.mount();
            if (mounted) {
              devices.mounted(
                  mount.key(),
                  mount.major(),
                  mount.minor(),
                  volume.podUid(),
                  volume.volume(),
                  before);
            } else {
              devices.unmounted(mount.key());
            }
          });
    }
  }

  private static String namespace(AgentConfig config) {
    return config.watch().namespace() == null ? "" : config.watch().namespace();
  }

  /// Loads the rules, and attaches what is mounted.
  void start(Health health) {
    Heartbeat beat = health.heartbeat("warden", Health.STUCK_NS);
    warden.onTurn(beat::beat, beat::rest);
    // Held open as long as its threads may enter.
    warden.start(HostNamespaces.reachable(namespace(config)));
    warden.begin();
    if (secrets != null) {
      Heartbeat mounts = health.heartbeat(SecretKeeper.THREAD, Health.STUCK_NS);
      secrets.onTurn(mounts::beat, mounts::rest);
      try {
        secrets.start(MOUNTS_WITHIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Sets what is to be watched from a new configuration.
  void reload(AgentConfig fresh) throws IOException {
    SecretsRepeat runs = config.watch().secrets().repeat();
    SecretsRepeat asked = fresh.watch().secrets().repeat();
    if (asked != runs) {
      throw new IllegalArgumentException(
          "watch.secrets.repeat=%s (it runs with %s): restart the agent, or take it back"
              .formatted(asked, runs)
              .toLowerCase(Locale.ROOT));
    }
    warden.want(WatchWishes.of(fresh));
  }

  /// Ends the threads.
  ///
  /// @return whether nobody talks to the kernel any more
  boolean stop(Closing closing) {
    boolean[] ended = {false};
    warden.stop();
    closing.step("warden", () -> ended[0] = warden.awaitEnd(closing.atMost(END)));
    if (ended[0]) {
      closing.close("warden", warden);
    }
    if (secrets != null) {
      closing.within(END.multipliedBy(2), "secrets", secrets::close);
      // Its owner may wait for the kernel still, for longer than a stop may take.
      closing.within(END, "audit control of the mounts", mountControl::close);
    }
    return ended[0];
  }

  Warden warden() {
    return warden;
  }

  /// Null when secrets are not watched.
  SecretKeeper secrets() {
    return secrets;
  }

  /// Why not all mounted secrets are known; empty when they are, or nobody asked for them.
  String trouble() {
    return secrets == null ? "" : secrets.trouble();
  }

  /// How everything stands that is watched.
  List<Watch> all() {
    List<Watch> all = new ArrayList<>(warden.keeper().watches());
    if (secrets != null) {
      all.addAll(secrets.watches());
    }
    return all;
  }
}
