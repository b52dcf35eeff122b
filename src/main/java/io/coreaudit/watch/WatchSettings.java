package io.coreaudit.watch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

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

  /// Copies the lists.
  public WatchSettings {
    paths = List.copyOf(paths);
    etcd = List.copyOf(etcd);
  }

  /// Paths only.
  static WatchSettings of(Path... paths) {
    return new WatchSettings(List.of(paths), List.of(), true, null, RulePacks.NONE);
  }

  private WatchSettings with(RulePacks others) {
    return others == packs
        ? this
        : new WatchSettings(paths, etcd, etcdOnMastersOnly, secrets, others);
  }

  /// The same with the rules of the packs, by the accounts and directories that the calling thread
  /// sees.
  ///
  /// @throws IllegalArgumentException when a pack has a fault; the message names file and line
  WatchSettings resolved() {
    RulePacks now = packs.resolved();
    if (!now.faults().isEmpty()) {
      throw new IllegalArgumentException("rules.packs: " + String.join("; ", now.faults()));
    }
    return with(now);
  }

  /// The same with the packs as they lie there now, to be resolved; itself when they lie there as
  /// they did.
  WatchSettings fresh() {
    return with(packs.fresh());
  }

  /// The same with the rules of its packs, or where these have a fault, of those before.
  WatchSettings resolvedAfter(WatchSettings before) {
    return with(packs.resolvedAfter(before.packs));
  }

  /// What of later settings a running agent cannot take, one word a key; empty when it can take
  /// them.
  List<String> needRestart(WatchSettings later) {
    Map<String, Object> now = fixed();
    List<String> keys = new ArrayList<>();
    later
        .fixed()
        .forEach(
            (key, value) -> {
              // Of secrets that are not watched nothing else counts.
              if (now.containsKey(key) && !now.get(key).equals(value)) {
                keys.add(key + "=" + value + " (it runs with " + now.get(key) + ")");
              }
            });
    return keys;
  }

  private Map<String, Object> fixed() {
    Map<String, Object> fixed = new TreeMap<>();
    fixed.put("watch.secrets.enabled", secrets != null);
    if (secrets != null) {
      fixed.putAll(secrets.fixed());
    }
    return fixed;
  }

  /// The claims, in the order in which the kernel should hold their rules.
  ///
  /// @param mounted the claims of secrets that have rules of their own
  /// @param master whether this host is a master; asked only where it matters
  List<Claim> claims(List<Claim> mounted, BooleanSupplier master) {
    List<Claim> claims = new ArrayList<>();
    if (secrets != null && !secrets.eachItsRule()) {
      for (Path program : secrets.unseen()) {
        claims.add(new ReaderClaim(secrets.anchor(), program, SecretSettings.KEY));
      }
      claims.add(new AnchorClaim(secrets.anchor(), SecretSettings.KEY));
    }
    if (!etcd.isEmpty() && (!etcdOnMastersOnly || master.getAsBoolean())) {
      for (Path path : etcd) {
        claims.add(new PathClaim(Watch.Kind.ETCD, path, ETCD_KEY, true));
      }
    }
    claims.addAll(WatchKeeper.paths(paths));
    claims.addAll(mounted);
    claims.addAll(packs.claims());
    return claims;
  }
}
