package io.coreaudit.origin;

import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.EightBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Finds the secret volume that an event's files are in, and whether the process is of another pod.
/// For the intake thread; allocates nothing.
///
/// A process of the host is of no pod, so it is of another one: but for the programs that are named
/// as readers, the kubelet's most often. One of which only the namespace is known is of another pod
/// where the volume's is of another namespace.
final class SecretReader {
  /// The process is of the volume's own pod.
  static final int OWN = 0;

  /// It is of another, or of the host.
  static final int FOREIGN = 1;

  /// Nobody knows of which it is.
  static final int UNKNOWN = 2;

  private static final int HEADER = 2;

  private final SecretDevices devices; // null: none
  private final byte[][] readers;
  private SecretDevices.Volume volume;
  private int whose;

  // Of the event.
  private CallFields call; // or null
  private long belongs;
  private ContainerNames names = ContainerNames.NONE;
  private byte[] namespace; // or null

  SecretReader(SecretDevices devices, List<Path> readers) {
    this.devices = devices;
    this.readers = new byte[readers.size()][];
    for (int i = 0; i < this.readers.length; i++) {
      this.readers[i] = ('"' + readers.get(i).toString() + '"').getBytes(StandardCharsets.UTF_8);
    }
  }

  /// Forgets the event before.
  ///
  /// @param of the event's call, or null
  /// @param where its process belongs
  /// @param labelled the namespace that the process's label tells (`PodTag`), or null
  void begin(CallFields of, long where, ContainerNames known, byte[] labelled) {
    volume = null;
    call = of;
    belongs = where;
    names = known;
    namespace = labelled;
  }

  /// Lets go of what only looking needs: the names are a table of all containers.
  void forget() {
    call = null;
    names = ContainerNames.NONE;
    namespace = null;
  }

  /// Whether any volume is known.
  boolean hasDevices() {
    return devices != null && devices.size() > 0;
  }

  /// Whether a device that was looked at is a volume's.
  boolean isFound() {
    return volume != null;
  }

  /// The volume that was found.
  SecretDevices.Volume volume() {
    return volume;
  }

  /// Whether the process is of that volume's pod: `OWN`, `FOREIGN` or `UNKNOWN`.
  int whose() {
    return whose;
  }

  /// Looks at a device as a PATH record writes it: `00:27`. Of several volumes another pod's goes
  /// before one of which nobody knows, and that before the process's own; whether this is the one.
  boolean device(long address, int length, long stampMs) {
    if (!hasDevices() || volume != null && whose == FOREIGN) {
      return false;
    }
    long end = address + length;
    long colon = EightBytes.find(address, end, EightBytes.ONES * ':');
    long major = EightBytes.hex(address, (int) (colon - address));
    long minor = EightBytes.hex(colon + 1, (int) (end - colon - 1));
    if (major < 0 || minor < 0) {
      return false;
    }
    SecretDevices.Volume other = devices.find(SecretDevices.device(major, minor), stampMs);
    if (other == null || other == volume) {
      return false;
    }
    int othersWhose = whose(other);
    if (volume != null && (othersWhose == OWN || whose == UNKNOWN && othersWhose == UNKNOWN)) {
      return false;
    }
    volume = other;
    whose = othersWhose;
    return true;
  }

  /// Writes the tags of the volume that was found, if there was one.
  ///
  /// @return how many tags had no room
  int write(FrameWriter frame) {
    if (volume == null) {
      return 0;
    }
    byte[] uid = volume.uidBytes;
    byte[] name = volume.name;
    int uidLength = Math.min(uid.length, 255);
    long value = frame.reserveTag(OriginTag.SECRET, HEADER + uidLength + name.length);
    if (value == 0) {
      return 1;
    }
    Memory.putByte(value, (byte) whose);
    Memory.putByte(value + 1, (byte) uidLength);
    Memory.copy(uid, 0, value + HEADER, uidLength);
    Memory.copy(name, 0, value + HEADER + uidLength, name.length);
    byte[] pod = whose == OWN ? null : pod(volume, names);
    if (pod == null || pod.length == 0) {
      return 0;
    }
    return frame.tag(OriginTag.SECRET_POD, pod, 0, pod.length) ? 0 : 1;
  }

  /// What is known of a volume's pod, or null.
  static byte[] pod(SecretDevices.Volume of, ContainerNames names) {
    return of.uidBytes.length > Membership.MOST_UID ? null : names.pod(of.uidBytes);
  }

  private int whose(SecretDevices.Volume of) {
    if (of.uidBytes.length == 0) {
      return UNKNOWN;
    }
    if (Membership.uidLength(belongs) > 0 && Membership.isInside(belongs)) {
      return isOfPod(of.uidBytes) ? OWN : FOREIGN;
    }
    if (Membership.kind(belongs) == Membership.UNKNOWN) {
      return namespace != null && PodTag.isOfAnother(pod(of, names), namespace) ? FOREIGN : UNKNOWN;
    }
    return call != null && isReader(call) ? UNKNOWN : FOREIGN;
  }

  private boolean isOfPod(byte[] uid) {
    if (Membership.uidLength(belongs) != uid.length) {
      return false;
    }
    for (int i = 0; i < uid.length; i++) {
      if (Memory.byteAt(Membership.uid(belongs) + i) != uid[i]) {
        return false;
      }
    }
    return true;
  }

  private boolean isReader(CallFields call) {
    for (byte[] reader : readers) {
      if (Memory.equals(call.executableAddress(), call.executableLength(), reader)) {
        return true;
      }
    }
    return false;
  }
}
