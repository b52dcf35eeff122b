package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginTag;

/// What the origin's tags of one event say of its process: which one it was, where it belongs. Good
/// as long as the frame is.
final class OriginView {
  private long process;
  private long parent;
  private int confidence;
  private long container;
  private int containerLength;
  private long pod;
  private int podLength;
  private long secret;
  private int secretLength;
  private long secretPod;
  private int secretPodLength;
  private long script;
  private int scriptLength;
  private long parentScript;
  private int parentScriptLength;

  void clear() {
    process = 0;
    parent = 0;
    confidence = -1;
    containerLength = 0;
    podLength = 0;
    secretLength = 0;
    secretPodLength = 0;
    scriptLength = 0;
    parentScriptLength = 0;
  }

  /// Takes the tag that a frame's walk stands at, if it is one of these and whole.
  void take(FrameFlyweight frame) {
    long value = frame.tagValue();
    int length = frame.tagLength();
    switch (frame.tag()) {
      case OriginTag.PROCESS -> process = length == Long.BYTES ? Memory.longAt(value) : 0;
      case OriginTag.PARENT -> parent = length == Long.BYTES ? Memory.longAt(value) : 0;
      case OriginTag.CONFIDENCE -> confidence = length == 1 ? Memory.byteAt(value) : -1;
      case OriginTag.CONTAINER -> {
        boolean whole = length >= 2 && 2 + (Memory.byteAt(value + 1) & 0xff) <= length;
        container = value;
        containerLength = whole ? length : 0;
      }
      case OriginTag.POD -> {
        pod = value;
        podLength = length;
      }
      case OriginTag.SECRET -> {
        boolean whole = length >= 2 && 2 + (Memory.byteAt(value + 1) & 0xff) <= length;
        secret = value;
        secretLength = whole ? length : 0;
      }
      case OriginTag.SECRET_POD -> {
        secretPod = value;
        secretPodLength = length;
      }
      case OriginTag.SCRIPT -> {
        script = value;
        scriptLength = length;
      }
      case OriginTag.PARENT_SCRIPT -> {
        parentScript = value;
        parentScriptLength = length;
      }
      default -> {
        // A tag of a later version: what this one does not know it leaves alone.
      }
    }
  }

  /// What tells the process from others of its number; 0: nothing.
  long process() {
    return process;
  }

  /// The same of its parent.
  long parent() {
    return parent;
  }

  /// The path of the script that the process runs.
  long script() {
    return script;
  }

  int scriptLength() {
    return scriptLength;
  }

  /// The same of its parent.
  long parentScript() {
    return parentScript;
  }

  int parentScriptLength() {
    return parentScriptLength;
  }

  /// `Confidence`, -1 when nobody asked.
  int confidence() {
    return confidence;
  }

  /// Whether the process belongs to a pod or a container.
  boolean isInside() {
    return containerLength > 0;
  }

  int runtime() {
    return Memory.byteAt(container);
  }

  long containerId() {
    return container + 2;
  }

  int containerIdLength() {
    return containerLength == 0 ? 0 : Memory.byteAt(container + 1) & 0xff;
  }

  long podUid() {
    return containerId() + containerIdLength();
  }

  int podUidLength() {
    return containerLength == 0 ? 0 : containerLength - 2 - containerIdLength();
  }

  /// Fields of the pod and the container, `PodTag`.
  long pod() {
    return pod;
  }

  int podLength() {
    return podLength;
  }

  /// Whether a file of the event is in a secret volume.
  boolean hasSecret() {
    return secretLength > 0;
  }

  /// Whether the process is of another pod than the volume: 0 no, 1 yes, 2 not known.
  int foreign() {
    return Memory.byteAt(secret);
  }

  long secretUid() {
    return secret + 2;
  }

  int secretUidLength() {
    return Memory.byteAt(secret + 1) & 0xff;
  }

  long secretVolume() {
    return secretUid() + secretUidLength();
  }

  int secretVolumeLength() {
    return secretLength - 2 - secretUidLength();
  }

  /// Fields of the volume's pod, `PodTag`.
  long secretPod() {
    return secretPod;
  }

  int secretPodLength() {
    return secretPodLength;
  }
}
