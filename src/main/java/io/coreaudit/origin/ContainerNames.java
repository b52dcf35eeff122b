package io.coreaudit.origin;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is known of containers and pods, by their ids, as events carry it (`PodTag`). Immutable:
/// `ContainerFiles` makes a new one whenever something changes.
///
/// ```text
/// open addressing; a slot:  8 longs, the id's 64 characters      tag      whether processes are shared
///                           5 longs, the UID's, zeros behind     tag
/// ```
final class ContainerNames {
  static final ContainerNames NONE = new ContainerNames(List.of(), List.of(), new HashMap<>());

  private static final int ID_WORDS = 8;
  private static final int UID_WORDS = 5;

  private final Words containers;
  private final Words pods;
  private final boolean[] shared;
  private final SelinuxDomains domains;

  /// Text of one length as words, and where each was put.
  private static final class Words {
    final int words;
    final int mask;
    final long[] keys;
    final byte[][] tags;

    Words(int words, int count) {
      this.words = words;
      int slots = Integer.highestOneBit(Math.max(4, count * 2)) << 1;
      mask = slots - 1;
      keys = new long[slots * words];
      tags = new byte[slots][];
    }

    int put(String text, byte[] tag) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      int slot = slot(word(bytes, 0), word(bytes, 1));
      while (tags[slot] != null) {
        slot = slot + 1 & mask;
      }
      for (int i = 0; i < words; i++) {
        keys[slot * words + i] = word(bytes, i);
      }
      tags[slot] = tag;
      return slot;
    }

    // Reads whole words: behind a shorter text there are zeros.
    int find(long address) {
      int slot = slot(Memory.longAt(address), Memory.longAt(address + 8));
      while (tags[slot] != null) {
        if (isAt(slot, address)) {
          return slot;
        }
        slot = slot + 1 & mask;
      }
      return -1;
    }

    int find(byte[] text) {
      long first = word(text, 0);
      int slot = slot(first, word(text, 1));
      while (tags[slot] != null) {
        if (isAt(slot, text)) {
          return slot;
        }
        slot = slot + 1 & mask;
      }
      return -1;
    }

    private boolean isAt(int slot, byte[] text) {
      for (int i = 0; i < words; i++) {
        if (keys[slot * words + i] != word(text, i)) {
          return false;
        }
      }
      return true;
    }

    // Zeros behind the text.
    private static long word(byte[] text, int word) {
      long value = 0;
      for (int i = Math.min(text.length, (word + 1) << 3) - 1; i >= word << 3; i--) {
        value = value << 8 | text[i] & 0xff;
      }
      return value;
    }

    private boolean isAt(int slot, long address) {
      for (int i = 0; i < words; i++) {
        if (keys[slot * words + i] != Memory.longAt(address + (i << 3))) {
          return false;
        }
      }
      return true;
    }

    private int slot(long first, long second) {
      return (int) ((first * 31 + second) * 0x9e3779b97f4a7c15L >>> 33) & mask;
    }
  }

  /// @param facts of all containers and sandboxes
  /// @param labels which of a pod's labels are wanted
  /// @param tags what was made of containers before, by id; what is made now is added
  ContainerNames(
      Collection<ContainerFacts> facts, Collection<String> labels, Map<String, byte[]> tags) {
    Map<String, ContainerFacts> sandboxes = new HashMap<>();
    Map<String, ContainerFacts> byPod = new HashMap<>();
    Map<String, Boolean> sharing = new HashMap<>();
    for (ContainerFacts each : facts) {
      if (each.isSandbox()) {
        sandboxes.put(each.id(), each);
      }
      if (!each.podUid().isEmpty() && each.podUid().length() <= Membership.MOST_UID) {
        byPod.merge(each.podUid(), each, (one, other) -> other.isSandbox() ? other : one);
      }
      // Whose processes one without a pod shares is not asked: those of any other without one.
      sharing.merge(each.podUid(), each.joinsProcesses(), Boolean::logicalOr);
    }
    domains = new SelinuxDomains(facts);
    containers = new Words(ID_WORDS, facts.size());
    pods = new Words(UID_WORDS, byPod.size());
    shared = new boolean[containers.tags.length];
    for (ContainerFacts each : facts) {
      byte[] tag =
          tags.computeIfAbsent(
              each.id(), id -> PodTag.ofContainer(each, sandbox(each, sandboxes), labels));
      int slot = containers.put(each.id(), tag);
      shared[slot] = sharing.getOrDefault(each.podUid(), false);
    }
    byPod.forEach(
        (uid, each) -> pods.put(uid, PodTag.ofPod(each, sandbox(each, sandboxes), labels)));
  }

  private static ContainerFacts sandbox(
      ContainerFacts facts, Map<String, ContainerFacts> sandboxes) {
    return facts.isSandbox() ? facts : sandboxes.get(facts.sandboxId());
  }

  /// What is known of a container, or null. The array is shared and must not be changed.
  ///
  /// @param id where its 64 characters begin
  byte[] container(long id) {
    int slot = containers.find(id);
    return slot < 0 ? null : containers.tags[slot];
  }

  /// What is known of a pod, or null.
  ///
  /// @param uid where its UID begins, with zeros behind it up to 40 bytes
  byte[] pod(long uid) {
    int slot = pods.find(uid);
    return slot < 0 ? null : pods.tags[slot];
  }

  /// The same of a pod whose UID is text.
  byte[] pod(byte[] uid) {
    int slot = pods.find(uid);
    return slot < 0 ? null : pods.tags[slot];
  }

  /// Which namespace the domains of SELinux tell.
  SelinuxDomains domains() {
    return domains;
  }

  /// Whether a container is known not to see processes of others, nor they its. Where containers of
  /// a pod see each other's, an orphan of one may be a child of another; so where one without a pod
  /// shares another's (`--pid=container:`), of all without one.
  boolean hasOwnProcesses(long id) {
    int slot = containers.find(id);
    return slot >= 0 && !shared[slot];
  }
}
