package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.skipped;
import static io.coreaudit.agent.doctor.Finding.warn;

import io.coreaudit.agent.config.SwitchWord;
import io.coreaudit.agent.config.WatchConfig;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.MountList;
import io.coreaudit.mount.NamespaceThread;
import io.coreaudit.mount.SecretMounts;
import io.coreaudit.watch.HostNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a node has that is to be watched or asked: containers, etcd, mounted secrets.
final class NodeChecks {
  private NodeChecks() {}

  /// All of them.
  static List<Check> all() {
    return List.of(
        new Check("containers", NodeChecks::containers),
        new Check("etcd", NodeChecks::etcd),
        new Check("secrets", NodeChecks::secrets));
  }

  private static List<String> there(Host host, List<Path> paths) {
    return paths.stream()
        .filter(path -> Files.exists(host.root().resolve(Path.of("/").relativize(path))))
        .map(Path::toString)
        .toList();
  }

  private static Finding containers(Host host) {
    List<String> found = there(host, host.config().origin().storage());
    if (!found.isEmpty()) {
      return good("written down in " + String.join(", ", found));
    }
    return Files.exists(host.file("run/containerd"))
        ? warn(
            "containerd keeps no files that tell of a container's pod: events name container and"
                + " pod by their ids alone",
            "")
        : skipped("nothing at origin.storage: no containers here, or elsewhere");
  }

  private static Finding etcd(Host host) {
    WatchConfig.Etcd etcd = host.config().watch().etcd();
    List<String> found = there(host, etcd.paths());
    if (found.isEmpty()) {
      return skipped("nothing of watch.etcd.paths is here: no master");
    }
    boolean member = Files.exists(host.file("var/lib/etcd/member"));
    String words = String.join(", ", found);
    return etcd.enabled() == SwitchWord.FALSE && member
        ? warn(words + ", and watch.etcd.enabled=false", "set watch.etcd.enabled: auto")
        : good(words);
  }

  private static Finding secrets(Host host) {
    WatchConfig watch = host.config().watch();
    if (!host.live()) {
      return skipped("another host's");
    }
    String wanted = watch.namespace() == null ? "" : watch.namespace();
    SecretMounts match = new SecretMounts(watch.secrets().match());
    try (HostNamespace found = HostNamespaces.reachable(wanted);
        NamespaceThread there = new NamespaceThread(found, "doctor secrets", MountList.class)) {
      long mounted =
          there.call(MountList::here).stream().filter(m -> match.volume(m) != null).count();
      if (mounted == 0) {
        return skipped("no secret is mounted");
      }
      return watch.secrets().enabled() == SwitchWord.FALSE
          ? warn(
              mounted + " are mounted, and watch.secrets.enabled=false",
              "set watch.secrets.enabled: auto")
          : good(mounted + " are mounted");
    }
  }
}
