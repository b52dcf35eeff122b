package io.coreaudit.origin;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.nio.charset.StandardCharsets;

/// Reads of the text of `/proc/PID/cgroup` where a process belongs. Allocates nothing.
///
/// ```text
/// 0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid_>.slice/crio-<64 hex>.scope/container
///                                             pod                                container  (whatever follows)
/// ```
///
/// | part of the path | is |
/// |---|---|
/// | `kubepods[-burstable\|-besteffort]-pod<uid>.slice`, `pod<uid>` | the pod |
/// | `crio-`, `cri-containerd-`, `docker-`, `libpod-` and 64 hexadecimal digits, perhaps `.scope` | a container |
/// | 64 hexadecimal digits alone | a container, of Docker below `docker` |
/// | `crio-conmon-`, `libpod-conmon-` and the digits | who looks after it, on the host |
///
/// A name says something only where root alone can give it. Below `user.slice`, and below a service
/// or scope of systemd, groups may be somebody's own, who calls them what he likes: there no pod is
/// believed, and of containers only those of a user's own podman or Docker, marked as such.
///
/// The outermost pod and container count: what runs inside (systemd, podman, a sub-cgroup of crun)
/// is its own business. Version 1 has a line for each hierarchy; the first that names a container
/// counts, for a runtime need not use all of them.
final class CgroupText {
  private static final byte[] PODS = bytes("kubepods");
  private static final byte[] POD_PART = bytes("-pod");
  private static final byte[] POD = bytes("pod");
  private static final byte[] SLICE = bytes(".slice");
  private static final byte[] DOCKER = bytes("docker");
  private static final byte[] SCOPE = bytes(".scope");
  private static final byte[] SERVICE = bytes(".service");
  private static final byte[] USERS = bytes("user.slice");

  private static final byte[][] PREFIXES = {
    bytes("crio-conmon-"),
    bytes("crio-"),
    bytes("cri-containerd-"),
    bytes("docker-"),
    bytes("libpod-conmon-"),
    bytes("libpod-")
  };
  private static final int[] RUNTIMES = {
    ContainerRuntime.CRIO,
    ContainerRuntime.CRIO,
    ContainerRuntime.CONTAINERD,
    ContainerRuntime.DOCKER,
    ContainerRuntime.PODMAN,
    ContainerRuntime.PODMAN
  };
  private static final boolean[] MONITORS = {true, false, false, false, true, false};
  private static final boolean[] FOR_USERS = {false, false, false, true, false, true};

  private static final int SHORTEST_UID = 32;

  // The pod that the path names which is being read; no length: none.
  private long uid;
  private int uidLength;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// Reads a text, and writes what it tells to an address: kind, container, pod. The kind is
  /// `Membership.HOST` when it names neither.
  void read(long text, int length, long to) {
    Membership.clear(to);
    Membership.kind(to, Membership.HOST);
    long end = text + length;
    for (long line = text; line < end; ) {
      long lineEnd = EightBytes.find(line, end, EightBytes.ONES * '\n');
      long path = EightBytes.find(line, lineEnd, EightBytes.ONES * ':') + 1;
      path = EightBytes.find(path, lineEnd, EightBytes.ONES * ':') + 1;
      if (path < lineEnd) {
        boolean inside = readPath(path, lineEnd, to);
        if (uidLength > 0) {
          Membership.pod(to, uid, uidLength);
        }
        if (inside) {
          return;
        }
      }
      line = lineEnd + 1;
    }
    if (Membership.uidLength(to) > 0 && Membership.kind(to) == Membership.HOST) {
      Membership.kind(to, Membership.POD);
    }
  }

  // Whether the path names a container of root's, or who looks after one. One of a user's is
  // written down too, for as long as no other line says otherwise.
  private boolean readPath(long path, long end, long to) {
    boolean docker = false;
    boolean roots = true;
    uidLength = 0;
    for (long part = path; part < end; ) {
      long partEnd = EightBytes.find(part, end, EightBytes.ONES * '/');
      int length = (int) (partEnd - part);
      int prefix = prefix(part, length);
      if (prefix >= 0 && !roots) {
        if (FOR_USERS[prefix] && Membership.kind(to) == Membership.HOST) {
          Membership.container(to, part + PREFIXES[prefix].length, RUNTIMES[prefix]);
          Membership.ofUser(to);
        }
        return false;
      }
      if (prefix >= 0) {
        Membership.clear(to);
        if (MONITORS[prefix]) {
          Membership.kind(to, Membership.MONITOR);
        } else {
          Membership.container(to, part + PREFIXES[prefix].length, RUNTIMES[prefix]);
        }
        return true;
      }
      if (roots && isId(part, length)) {
        Membership.clear(to);
        Membership.container(to, part, docker ? ContainerRuntime.DOCKER : ContainerRuntime.UNKNOWN);
        return true;
      }
      if (roots && uidLength == 0) {
        findPod(part, length);
      }
      roots &= !mayBeAUsers(part, length);
      docker = length == DOCKER.length && Memory.startsWith(part, length, DOCKER);
      part = partEnd + 1;
    }
    return false;
  }

  // Whether groups below may be made and named by others than root.
  private static boolean mayBeAUsers(long part, int length) {
    return length == USERS.length && Memory.startsWith(part, length, USERS)
        || ends(part, length, SERVICE)
        || ends(part, length, SCOPE);
  }

  private static boolean ends(long at, int length, byte[] with) {
    int before = length - with.length;
    return before >= 0 && Memory.startsWith(at + before, with.length, with);
  }

  // The place of the prefix that stands before an id, or -1.
  private static int prefix(long part, int length) {
    if (length <= Membership.ID_LENGTH) {
      return -1;
    }
    for (int i = 0; i < PREFIXES.length; i++) {
      byte[] prefix = PREFIXES[i];
      if (Memory.startsWith(part, length, prefix)
          && isId(part + prefix.length, length - prefix.length)) {
        return i;
      }
    }
    return -1;
  }

  // 64 hexadecimal digits, `.scope` perhaps, and ` (deleted)` perhaps.
  private static boolean isId(long at, int length) {
    if (length < Membership.ID_LENGTH) {
      return false;
    }
    for (int i = 0; i < Membership.ID_LENGTH; i++) {
      if (!isHex(Memory.byteAt(at + i))) {
        return false;
      }
    }
    int rest = length - Membership.ID_LENGTH;
    long behind = at + Membership.ID_LENGTH;
    if (Memory.startsWith(behind, rest, SCOPE)) {
      rest -= SCOPE.length;
      behind += SCOPE.length;
    }
    return rest == 0 || Memory.byteAt(behind) == ' ';
  }

  private void findPod(long part, int length) {
    int from = -1;
    int end = length;
    if (Memory.startsWith(part, length, PODS)) {
      for (int i = PODS.length; i < length - POD_PART.length && from < 0; i++) {
        if (Memory.startsWith(part + i, length - i, POD_PART)) {
          from = i + POD_PART.length;
        }
      }
      end = length - SLICE.length;
      if (from < 0 || end < from || !Memory.startsWith(part + end, SLICE.length, SLICE)) {
        return;
      }
    } else if (Memory.startsWith(part, length, POD)) {
      from = POD.length;
    } else {
      return;
    }
    int digits = end - from;
    if (digits < SHORTEST_UID || digits > Membership.MOST_UID) {
      return;
    }
    for (int i = from; i < end; i++) {
      byte b = Memory.byteAt(part + i);
      if (!isHex(b) && b != '_' && b != '-') {
        return;
      }
    }
    uid = part + from;
    uidLength = digits;
  }

  private static boolean isHex(byte b) {
    return b >= '0' && b <= '9' || b >= 'a' && b <= 'f';
  }
}
