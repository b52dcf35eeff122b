package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.origin.Confidence;
import io.coreaudit.origin.ContainerRuntime;
import io.coreaudit.origin.PodTag;

/// Writes where the process belongs: `container`, `orchestrator`, `kubernetes`, and in `coreaudit`
/// how that is known and whose secret was touched.
final class EcsOrigin {
  private static final Piece CONTAINER = key("container");
  private static final Piece ID = key("id");
  private static final Piece NAME = key("name");
  private static final Piece IMAGE = key("image");
  private static final Piece HASH = key("hash");
  private static final Piece ALL = key("all");
  private static final Piece RUNTIME = key("runtime");
  private static final Piece ORCHESTRATOR = key("orchestrator");
  private static final Piece KUBERNETES_TYPE = Piece.of("\"type\":\"kubernetes\",");
  private static final Piece NAMESPACE = key("namespace");
  private static final Piece RESOURCE = key("resource");
  private static final Piece POD_TYPE = Piece.of("\"type\":\"pod\",");
  private static final Piece LABEL = key("label");
  private static final Piece KUBERNETES = key("kubernetes");
  private static final Piece POD = key("pod");
  private static final Piece UID = key("uid");
  private static final Piece SCRIPT = key("script");
  private static final byte[] SCRIPT_PLACE = EventAction.bytes("coreaudit.script");
  private static final Piece PARENT_SCRIPT = key("parent_script");
  private static final byte[] PARENT_SCRIPT_PLACE = EventAction.bytes("coreaudit.parent_script");
  private static final Piece SECRET = key("secret");
  private static final Piece POD_UID = key("pod_uid");
  private static final Piece POD_NAME = key("pod_name");
  private static final Piece VOLUME = key("volume");
  private static final Piece FOREIGN = Piece.of("\"foreign\":true,");
  private static final Piece NOT_FOREIGN = Piece.of("\"foreign\":false,");
  private static final Piece ORIGIN = key("origin");
  private static final Piece CONFIDENCE = key("confidence");
  private static final byte[] NONE = EventAction.bytes("none");
  private static final byte[] CGROUP = EventAction.bytes("cgroup");
  private static final byte[] BY_NAMESPACE = EventAction.bytes("namespace");
  private static final byte[] PARENT = EventAction.bytes("parent");
  private static final byte[] CRIO = EventAction.bytes("cri-o");
  private static final byte[] CONTAINERD = EventAction.bytes("containerd");
  private static final byte[] DOCKER = EventAction.bytes("docker");
  private static final byte[] PODMAN = EventAction.bytes("podman");

  private final JsonWriter json;
  private final PodFields fields = new PodFields();

  EcsOrigin(JsonWriter json) {
    this.json = json;
  }

  void write(EventView event) {
    OriginView origin = event.tags().origin();
    if (!origin.isInside()) {
      if (origin.confidence() == Confidence.NAMESPACE) {
        namespace(origin);
      }
      return;
    }
    container(origin);
    if (origin.podUidLength() > 0) {
      pod(origin);
    }
  }

  private void namespace(OriginView origin) {
    int orchestrator = json.open(ORCHESTRATOR);
    json.out().put(KUBERNETES_TYPE);
    first(origin, PodTag.NAMESPACE, NAMESPACE);
    json.close(orchestrator);
  }

  private void container(OriginView origin) {
    int container = json.open(CONTAINER);
    if (origin.containerIdLength() > 0) {
      json.plainOrEscaped(ID, origin.containerId(), origin.containerIdLength());
    }
    first(origin, PodTag.CONTAINER_NAME, NAME);
    int image = json.open(IMAGE);
    first(origin, PodTag.IMAGE, NAME);
    int hash = json.open(HASH);
    all(origin, PodTag.IMAGE_DIGEST, ALL);
    json.close(hash);
    json.close(image);
    byte[] runtime = runtime(origin.runtime());
    if (runtime != null) {
      json.plain(RUNTIME, runtime);
    }
    json.close(container);
  }

  private void first(OriginView origin, int field, Piece key) {
    first(origin.pod(), origin.podLength(), field, key);
  }

  private void first(long pod, int length, int field, Piece key) {
    fields.rewind(pod, length);
    if (fields.next(field)) {
      json.plainOrEscaped(key, fields.text(), fields.length());
    }
  }

  private void all(OriginView origin, int field, Piece key) {
    int list = json.openArray(key);
    fields.rewind(origin.pod(), origin.podLength());
    while (fields.next(field) && json.hasRoom()) {
      json.out().put('"');
      json.append(fields.text(), fields.length());
      json.out().put('"', ',');
    }
    json.closeArray(list);
  }

  /// Name of a runtime, or null.
  static byte[] runtime(int runtime) {
    return switch (runtime) {
      case ContainerRuntime.CRIO -> CRIO;
      case ContainerRuntime.CONTAINERD -> CONTAINERD;
      case ContainerRuntime.DOCKER -> DOCKER;
      case ContainerRuntime.PODMAN -> PODMAN;
      default -> null;
    };
  }

  private void pod(OriginView origin) {
    int orchestrator = json.open(ORCHESTRATOR);
    json.out().put(KUBERNETES_TYPE);
    first(origin, PodTag.NAMESPACE, NAMESPACE);
    int resource = json.open(RESOURCE);
    json.out().put(POD_TYPE);
    first(origin, PodTag.POD_NAME, NAME);
    all(origin, PodTag.LABEL, LABEL);
    json.close(resource);
    json.close(orchestrator);
    int kubernetes = json.open(KUBERNETES);
    int pod = json.open(POD);
    json.plainOrEscaped(UID, origin.podUid(), origin.podUidLength());
    json.close(pod);
    json.close(kubernetes);
  }

  /// Writes what stands in `coreaudit`.
  void writeOwn(EventView event) {
    OriginView origin = event.tags().origin();
    if (origin.scriptLength() > 0) {
      json.text(SCRIPT, SCRIPT_PLACE, origin.script(), origin.scriptLength());
    }
    if (origin.parentScriptLength() > 0) {
      json.text(
          PARENT_SCRIPT, PARENT_SCRIPT_PLACE, origin.parentScript(), origin.parentScriptLength());
    }
    if (origin.hasSecret()) {
      secret(origin);
    }
    byte[] confidence =
        switch (origin.confidence()) {
          case Confidence.NONE -> NONE;
          case Confidence.CGROUP -> CGROUP;
          case Confidence.PARENT -> PARENT;
          case Confidence.NAMESPACE -> BY_NAMESPACE;
          default -> null;
        };
    if (confidence != null) {
      int mark = json.open(ORIGIN);
      json.plain(CONFIDENCE, confidence);
      json.close(mark);
    }
  }

  private void secret(OriginView origin) {
    int secret = json.open(SECRET);
    if (origin.secretUidLength() > 0) {
      json.plainOrEscaped(POD_UID, origin.secretUid(), origin.secretUidLength());
    }
    first(origin.secretPod(), origin.secretPodLength(), PodTag.NAMESPACE, NAMESPACE);
    first(origin.secretPod(), origin.secretPodLength(), PodTag.POD_NAME, POD_NAME);
    if (origin.secretVolumeLength() > 0) {
      json.plainOrEscaped(VOLUME, origin.secretVolume(), origin.secretVolumeLength());
    }
    if (origin.foreign() == 0) {
      json.out().put(NOT_FOREIGN);
    } else if (origin.foreign() == 1) {
      json.out().put(FOREIGN);
    }
    json.close(secret);
  }
}
