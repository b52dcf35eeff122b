package io.coreaudit.origin;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which namespace a process of an SELinux domain with two categories is of. Immutable.
///
/// ```text
/// system_u:system_r:container_t:s0:c15,c26
///                   └──────── domain ─────┘   one namespace's, on OpenShift; or one pod's
/// ```
///
/// The cluster gives each namespace a pair of its own, and a runtime gives one at random to each
/// pod that may have any. So it tells no pod, and where containers of two namespaces have the same
/// one it tells nothing.
final class SelinuxDomains {
  private static final Pattern PAIR =
      Pattern.compile("[^:]*:[^:]*:([a-z0-9_]+:s0):c([0-9]{1,4}),c([0-9]{1,4})");

  private final byte[][] domains;
  private final byte[][] namespaces;
  private final int mask;

  /// @param facts of all containers and sandboxes
  SelinuxDomains(Iterable<ContainerFacts> facts) {
    Map<String, String> known = new HashMap<>();
    for (ContainerFacts each : facts) {
      // One without a namespace (Podman's) has the others tell none too.
      if (!each.domain().isEmpty()) {
        known.merge(each.domain(), each.namespace(), (one, other) -> one.equals(other) ? one : "");
      }
    }
    known.values().removeIf(String::isEmpty);
    int slots = Integer.highestOneBit(Math.max(2, known.size() * 2)) << 1;
    mask = slots - 1;
    domains = new byte[slots][];
    namespaces = new byte[slots][];
    known.forEach(this::put);
  }

  private void put(String domain, String namespace) {
    byte[] text = domain.getBytes(StandardCharsets.US_ASCII);
    int hash = 0;
    for (byte each : text) {
      hash = hash * 31 + each;
    }
    int slot = spread(hash) & mask;
    while (domains[slot] != null) {
      slot = slot + 1 & mask;
    }
    domains[slot] = text;
    namespaces[slot] = PodTag.ofNamespace(namespace);
  }

  private static int spread(int hash) {
    return hash * 0x9e3779b9 >>> 8;
  }

  /// The domain of a process label as the kernel writes it: without user and role, categories in
  /// ascending order; empty where it has no pair of them.
  static String domain(String label) {
    Matcher pair = PAIR.matcher(label);
    if (!pair.matches()) {
      return "";
    }
    int one = Integer.parseInt(pair.group(2));
    int other = Integer.parseInt(pair.group(3));
    return pair.group(1) + ":c" + Math.min(one, other) + ",c" + Math.max(one, other);
  }

  /// What is known of the namespace (`PodTag`) of a domain, categories included; null: nothing.
  byte[] namespace(long domain, int length) {
    long end = domain + length;
    int hash = 0;
    for (long at = domain; at < end; at++) {
      hash = hash * 31 + Memory.byteAt(at);
    }
    int slot = spread(hash) & mask;
    while (domains[slot] != null) {
      if (Memory.equals(domain, length, domains[slot])) {
        return namespaces[slot];
      }
      slot = slot + 1 & mask;
    }
    return null;
  }
}
