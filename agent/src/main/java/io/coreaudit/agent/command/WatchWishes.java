package io.coreaudit.agent.command;

import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.InputMode;
import io.coreaudit.agent.config.SecretsMode;
import io.coreaudit.agent.config.SwitchWord;
import io.coreaudit.agent.config.WatchConfig;
import io.coreaudit.watch.RulePacks;
import io.coreaudit.watch.SecretSettings;
import io.coreaudit.watch.WatchSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What is to be watched, out of the configuration.
public final class WatchWishes {
  /// The packs that come with the program; a namesake in `rules.dir` counts in their place.
  private static final Path SHIPPED_PACKS = Path.of("/usr/lib/coreaudit/rules");

  private WatchWishes() {}

  private static boolean live(AgentConfig config) {
    InputMode mode = config.input().mode();
    return mode == InputMode.MULTICAST || mode == InputMode.UNICAST;
  }

  /// Whether there is anything to watch.
  public static boolean any(AgentConfig config) {
    return !config.watch().paths().isEmpty()
        || !config.rules().packs().isEmpty()
        || config.watch().etcd().wanted(live(config))
        || config.watch().secrets().wanted(live(config));
  }

  /// What is to be watched.
  ///
  /// @throws IOException when a pack is not there or has a fault
  public static WatchSettings of(AgentConfig config) throws IOException {
    RulePacks packs =
        RulePacks.read(List.of(config.rules().dir(), SHIPPED_PACKS), config.rules().packs());
    if (!packs.faults().isEmpty()) {
      throw new IOException("rules.packs: " + String.join("; ", packs.faults()));
    }
    WatchConfig watch = config.watch();
    WatchConfig.Secrets secrets = watch.secrets();
    boolean live = live(config);
    return new WatchSettings(
        watch.paths(),
        watch.etcd().wanted(live) ? watch.etcd().paths() : List.of(),
        watch.etcd().enabled() == SwitchWord.AUTO,
        secrets.wanted(live)
            ? new SecretSettings(
                anchor(config),
                secrets.match(),
                secrets.mode() == SecretsMode.RULE,
                secrets.mostRules(),
                secrets.neverExe())
            : null,
        packs);
  }

  private static Path anchor(AgentConfig config) throws IOException {
    // The kernel lists rules by the path as it was given: it must not depend on a symbolic link.
    Path run = config.runDir();
    return (Files.exists(run) ? run.toRealPath() : run).resolve("secrets");
  }
}
