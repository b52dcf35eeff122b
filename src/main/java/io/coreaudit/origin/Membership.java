package io.coreaudit.origin;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;

/// Where a process belongs: to the host, to a pod, to a container. Lies outside the heap.
///
/// ```text
///   0  64B  id of the container, hexadecimal as in the cgroup's name
///  64  40B  UID of the pod, zeros behind it; of a static pod 32 hexadecimal digits
/// 104  u8   kind
/// 105  u8   runtime        ContainerRuntime
/// 106  u8   length of the UID, 0: no pod
/// 107  u8   confidence     Confidence
/// 108  u8   whether it is a container that a user other than root made, and named
///
///   0  8B   of a domain: a number of the whole text
///   8  96B  its text, or the first of it; zeros behind
/// ```
final class Membership {
  static final int BYTES = 112;

  static final int ID_LENGTH = 64;
  static final int MOST_UID = 36;

  /// Nobody knows, but for the process's domain in SELinux, and that is one of containers.
  static final int DOMAIN = -1;

  /// The same of a process that is, or may be, of a login session.
  static final int DOMAIN_OF_SESSION = -2;

  /// Nobody knows.
  static final int UNKNOWN = 0;

  /// The host itself.
  static final int HOST = 1;

  /// A process of the host that looks after a container (conmon): its children may be the
  /// container's.
  static final int MONITOR = 2;

  /// A pod, and no known container of it; where there is no UID, some container without a pod.
  static final int POD = 3;

  /// A container, of a pod when there is a UID.
  static final int CONTAINER = 4;

  private static final int DOMAIN_TEXT = 8;
  private static final int MOST_DOMAIN = 96;
  private static final int UID = 64;
  private static final int KIND = 104;
  private static final int RUNTIME = 105;
  private static final int UID_LENGTH = 106;
  private static final int CONFIDENCE = 107;
  private static final int OF_USER = 108;

  private Membership() {}

  /// Forgets all.
  static void clear(long at) {
    for (int i = 0; i < BYTES; i += Long.BYTES) {
      Memory.putLong(at + i, 0);
    }
  }

  static void copy(long from, long to) {
    for (int i = 0; i < BYTES; i += Long.BYTES) {
      Memory.putLong(to + i, Memory.longAt(from + i));
    }
  }

  private static final long MIXED = 0x9e3779b97f4a7c15L;

  /// A number that differs for different containers and pods, most often.
  static long hash(long at) {
    long container = Memory.longAt(at) * 31 + Memory.longAt(at + 8);
    long pod = Memory.longAt(at + UID) * 31 + Memory.longAt(at + UID + 8);
    return (container * 31 + pod) * MIXED;
  }

  /// The same, but for different containers of a pod.
  static long podHash(long at) {
    long pod = Memory.longAt(at + UID) * 31 + Memory.longAt(at + UID + 8);
    return uidLength(at) > 0 ? pod * MIXED : hash(at);
  }

  /// Whether two are the same container, or the same pod, however that is known.
  static boolean isSame(long at, long other) {
    return Memory.isSame(at, other, KIND) && kind(at) == kind(other);
  }

  static int kind(long at) {
    return Memory.byteAt(at + KIND);
  }

  static void kind(long at, int kind) {
    Memory.putByte(at + KIND, (byte) kind);
  }

  static int runtime(long at) {
    return Memory.byteAt(at + RUNTIME);
  }

  static int confidence(long at) {
    return Memory.byteAt(at + CONFIDENCE);
  }

  static void confidence(long at, int confidence) {
    Memory.putByte(at + CONFIDENCE, (byte) confidence);
  }

  /// Where the container's id begins.
  static long id(long at) {
    return at;
  }

  /// Where the pod's UID begins.
  static long uid(long at) {
    return at + UID;
  }

  static int uidLength(long at) {
    return Memory.byteAt(at + UID_LENGTH);
  }

  static void container(long at, long id, int runtime) {
    kind(at, CONTAINER);
    Memory.putByte(at + RUNTIME, (byte) runtime);
    Memory.copy(id, at, ID_LENGTH);
  }

  /// Takes a domain in place of a container.
  static void domain(long at, long text, int length, boolean ofSession) {
    clear(at);
    long hash = ofSession ? ~length : length;
    for (int i = 0; i < length; i += Long.BYTES) {
      hash = (hash ^ EightBytes.load(text + i, length - i)) * MIXED;
      hash ^= hash >>> 32;
    }
    Memory.putLong(at, hash);
    Memory.copy(text, at + DOMAIN_TEXT, Math.min(length, MOST_DOMAIN));
    kind(at, ofSession ? DOMAIN_OF_SESSION : DOMAIN);
  }

  /// Whether it is a domain.
  static boolean isDomain(long at) {
    return kind(at) < UNKNOWN;
  }

  /// Where the text of a domain begins.
  static long domain(long at) {
    return at + DOMAIN_TEXT;
  }

  static int domainLength(long at) {
    int length = 0;
    while (length < MOST_DOMAIN && Memory.byteAt(domain(at) + length) != 0) {
      length++;
    }
    return length;
  }

  /// Leaves open which container of the pod it is, or which of those without one. It stays a number
  /// of that one, under which things are counted.
  static void onlyPod(long at) {
    kind(at, POD);
    Memory.putByte(at + RUNTIME, (byte) 0);
  }

  /// Whether it says which pod or container.
  static boolean saysWhich(long at) {
    return kind(at) == CONTAINER || kind(at) == POD && uidLength(at) > 0;
  }

  /// Takes a pod's UID as a cgroup's name has it: `_` for `-`.
  static void pod(long at, long uid, int length) {
    for (int i = 0; i < length; i++) {
      byte b = Memory.byteAt(uid + i);
      Memory.putByte(at + UID + i, b == '_' ? (byte) '-' : b);
    }
    Memory.putByte(at + UID_LENGTH, (byte) length);
  }

  /// Whether a process belongs to a pod or a container.
  static boolean isInside(long at) {
    return kind(at) >= POD;
  }

  /// Whether it does for good, and its children with it: to one of root's. Who has made groups of
  /// his own can leave them.
  static boolean isInsideForGood(long at) {
    return isInside(at) && !isOfUser(at);
  }

  /// Whether the container's name is one that a user gave it, who may be lying.
  static boolean isOfUser(long at) {
    return Memory.byteAt(at + OF_USER) != 0;
  }

  static void ofUser(long at) {
    Memory.putByte(at + OF_USER, (byte) 1);
  }
}
