package io.coreaudit.watch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is to be watched, as the configuration says it.
///
/// @param paths directories and files
/// @param etcd paths of etcd and the control plane; those that are not there are no fault
/// @param etcdOnMastersOnly whether they are watched only where this host is a master
/// @param secrets mounted secrets; null when they are not watched
/// @param packs rules from files
public record WatchSettings(
    List<Path> paths,
    List<Path> etcd,
    boolean etcdOnMastersOnly,
    SecretSettings secrets,
    RulePacks packs) {
  /// The key of every rule for `watch.etcd.paths`.
  public static final String ETCD_KEY = "openshift_etcd";

  private static final List<Path> MASTER =
      List.of(Path.of("/etc/kubernetes/manifests/etcd-pod.yaml"), Path.of("/var/lib/etcd/member"));

  /// Copies the lists.
  public WatchSettings {
    paths = List.copyOf(paths);
    etcd = List.copyOf(etcd);
  }

  /// Paths only.
  static WatchSettings of(Path... paths) {
    return new WatchSettings(List.of(paths), List.of(), true, null, RulePacks.NONE);
  }

  /// The same with the packs as they lie there now.
  WatchSettings fresh() {
    RulePacks now = packs.fresh();
    return now == packs ? this : new WatchSettings(paths, etcd, etcdOnMastersOnly, secrets, now);
  }

  /// The claims, in the order in which the kernel should hold their rules. What this host is, is
  /// looked at anew each time.
  ///
  /// @param mounted the claims of secrets that have rules of their own
  List<Claim> claims(List<Claim> mounted) {
    List<Claim> claims = new ArrayList<>();
    if (secrets != null && !secrets.eachItsRule()) {
      for (Path program : secrets.unseen()) {
        claims.add(new ReaderClaim(secrets.anchor(), program, SecretSettings.KEY));
      }
      claims.add(new AnchorClaim(secrets.anchor(), SecretSettings.KEY));
    }
    if (!etcdOnMastersOnly || isMaster()) {
      for (Path path : etcd) {
        claims.add(new PathClaim(Watch.Kind.ETCD, path, ETCD_KEY, true));
      }
    }
    claims.addAll(WatchKeeper.paths(paths));
    claims.addAll(mounted);
    claims.addAll(packs.claims());
    return claims;
  }

  /// Whether this host is a master, by what is on its disk.
  public static boolean isMaster() {
    return MASTER.stream().anyMatch(Files::exists);
  }
}
