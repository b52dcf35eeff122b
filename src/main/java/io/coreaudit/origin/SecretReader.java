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
/// as readers, the kubelet's most often.
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

  SecretReader(SecretDevices devices, List<Path> readers) {
    this.devices = devices;
    this.readers = new byte[readers.size()][];
    for (int i = 0; i < this.readers.length; i++) {
      this.readers[i] = ('"' + readers.get(i).toString() + '"').getBytes(StandardCharsets.UTF_8);
    }
  }

  /// Forgets the event before.
  void begin() {
    volume = null;
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

  /// Looks at a device as a PATH record writes it: `00:27`.
  void device(long address, int length, long stampMs) {
    if (volume != null || !hasDevices()) {
      return;
    }
    long end = address + length;
    long colon = EightBytes.find(address, end, EightBytes.ONES * ':');
    long major = EightBytes.hex(address, (int) (colon - address));
    long minor = EightBytes.hex(colon + 1, (int) (end - colon - 1));
    if (major >= 0 && minor >= 0) {
      volume = devices.find(SecretDevices.device(major, minor), stampMs);
    }
  }

  /// Writes the tags of the volume that was found, if there was one.
  ///
  /// @param call the event's, or null
  /// @param belongs where the process belongs
  /// @return how many tags had no room
  int write(FrameWriter frame, CallFields call, long belongs, ContainerNames names) {
    if (volume == null) {
      return 0;
    }
    byte[] uid = volume.uidBytes;
    byte[] name = volume.name;
    int uidLength = Math.min(uid.length, 255);
    int whose = whose(call, belongs);
    long value = frame.reserveTag(OriginTag.SECRET, HEADER + uidLength + name.length);
    if (value == 0) {
      return 1;
    }
    Memory.putByte(value, (byte) whose);
    Memory.putByte(value + 1, (byte) uidLength);
    Memory.copy(uid, 0, value + HEADER, uidLength);
    Memory.copy(name, 0, value + HEADER + uidLength, name.length);
    byte[] pod = whose == OWN || uidLength > Membership.MOST_UID ? null : names.pod(uid);
    if (pod == null || pod.length == 0) {
      return 0;
    }
    return frame.tag(OriginTag.SECRET_POD, pod, 0, pod.length) ? 0 : 1;
  }

  /// Whether the process is of the volume's pod: `OWN`, `FOREIGN` or `UNKNOWN`.
  ///
  /// @param call the event's, or null
  /// @param belongs where the process belongs
  int whose(CallFields call, long belongs) {
    if (volume.uidBytes.length == 0) {
      return UNKNOWN;
    }
    if (Membership.uidLength(belongs) > 0 && Membership.isInside(belongs)) {
      return isOfVolumesPod(belongs) ? OWN : FOREIGN;
    }
    if (Membership.kind(belongs) == Membership.UNKNOWN || call != null && isReader(call)) {
      return UNKNOWN;
    }
    return FOREIGN;
  }

  private boolean isOfVolumesPod(long belongs) {
    byte[] uid = volume.uidBytes;
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
      if (reader.length == call.executableLength() && isAt(call.executableAddress(), reader)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAt(long address, byte[] text) {
    for (int i = 0; i < text.length; i++) {
      if (Memory.byteAt(address + i) != text[i]) {
        return false;
      }
    }
    return true;
  }
}
