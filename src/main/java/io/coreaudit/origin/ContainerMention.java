package io.coreaudit.origin;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Names a container and its pod in one of the agent's own events: by fields, and by the tags that
/// the container's own events have.
public final class ContainerMention {
  /// What it takes to keep which container, or pod, or domain it is.
  public static final int BYTES = Membership.BYTES;

  private ContainerMention() {}

  /// A number that differs for different containers and pods, most often.
  public static long hash(long belongs) {
    return Membership.hash(belongs);
  }

  /// What is known of a container, or of its pod, or of a domain's namespace.
  static byte[] names(long belongs, ContainerNames names) {
    if (Membership.kind(belongs) == Membership.DOMAIN) {
      return names
          .domains()
          .namespace(Membership.domain(belongs), Membership.domainLength(belongs));
    }
    byte[] known = null;
    if (Membership.kind(belongs) == Membership.CONTAINER) {
      known = names.container(Membership.id(belongs));
    }
    return known == null && Membership.uidLength(belongs) > 0
        ? names.pod(Membership.uid(belongs))
        : known;
  }

  /// Adds it.
  ///
  /// @param belongs which container, or pod, or domain
  /// @param known what is known of it, `PodTag`; or null
  public static OwnEvent.Fields add(OwnEvent.Fields fields, long belongs, byte[] known) {
    byte[] pod = known == null ? new byte[0] : known;
    if (Membership.isDomain(belongs)) {
      return fields
          .with("namespace", PodTag.text(pod, PodTag.NAMESPACE))
          .with("domain", text(Membership.domain(belongs), Membership.domainLength(belongs)))
          .tag(OriginTag.POD, pod);
    }
    String id = text(Membership.id(belongs), idLength(belongs));
    String uid = text(Membership.uid(belongs), Membership.uidLength(belongs));
    return fields
        .with("namespace", PodTag.text(pod, PodTag.NAMESPACE))
        .with("pod", PodTag.text(pod, PodTag.POD_NAME))
        .with("pod_uid", uid)
        .with("container", PodTag.text(pod, PodTag.CONTAINER_NAME))
        .with("container_id", id)
        .tag(OriginTag.CONTAINER, container(belongs))
        .tag(OriginTag.POD, pod);
  }

  private static int idLength(long belongs) {
    return Membership.kind(belongs) == Membership.CONTAINER ? Membership.ID_LENGTH : 0;
  }

  private static byte[] container(long belongs) {
    int id = idLength(belongs);
    int uid = Membership.uidLength(belongs);
    byte[] value = new byte[OriginTag.CONTAINER_HEADER + id + uid];
    value[0] = (byte) Membership.runtime(belongs);
    value[1] = (byte) id;
    Memory.copy(Membership.id(belongs), value, OriginTag.CONTAINER_HEADER, id);
    Memory.copy(Membership.uid(belongs), value, OriginTag.CONTAINER_HEADER + id, uid);
    return value;
  }

  private static String text(long address, int length) {
    if (length == 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
