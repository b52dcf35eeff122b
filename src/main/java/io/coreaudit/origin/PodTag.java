package io.coreaudit.origin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/// The value of `OriginTag.POD`: what is known of a pod or container, as fields.
///
/// ```text
/// a field:  u8 number, u16 length, UTF-8
/// ```
public final class PodTag {
  /// Namespace of the pod.
  public static final int NAMESPACE = 1;

  /// Name of the pod.
  public static final int POD_NAME = 2;

  /// Name of the container in the pod.
  public static final int CONTAINER_NAME = 3;

  /// Image of the container.
  public static final int IMAGE = 4;

  /// A digest of the image, `repository@sha256:...`; several.
  public static final int IMAGE_DIGEST = 5;

  /// A label of the pod, `name:value`; several.
  public static final int LABEL = 6;

  /// What stands before a field's text.
  public static final int HEADER = 3;

  private static final int MOST_TEXT = 1024;
  private static final int MOST_BYTES = 4096;

  private PodTag() {}

  /// What events of a container's processes carry.
  ///
  /// @param sandbox of its pod, which has the labels; itself for that; null when it is not known
  /// @param labels which are wanted
  static byte[] ofContainer(
      ContainerFacts facts, ContainerFacts sandbox, Collection<String> labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pod(out, facts);
    put(out, CONTAINER_NAME, facts.name());
    put(out, IMAGE, facts.image());
    if (sandbox != null && sandbox != facts && sandbox.imageDigests().isEmpty()) {
      // Else they may be the author's own words.
      facts.imageDigests().forEach(digest -> put(out, IMAGE_DIGEST, digest));
    }
    labels(out, sandbox, labels);
    return out.toByteArray();
  }

  /// What is known of a pod.
  static byte[] ofPod(ContainerFacts facts, ContainerFacts sandbox, Collection<String> labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pod(out, facts);
    labels(out, sandbox, labels);
    return out.toByteArray();
  }

  /// What is known where only the namespace is.
  static byte[] ofNamespace(String namespace) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    put(out, NAMESPACE, namespace);
    return out.toByteArray();
  }

  /// Whether a pod is known to be of another namespace.
  ///
  /// @param tag what is known of the pod, or null
  /// @param namespace what `ofNamespace` made of that one
  static boolean isOfAnother(byte[] tag, byte[] namespace) {
    if (tag == null || tag.length < HEADER || tag[0] != NAMESPACE) {
      return false;
    }
    int length = HEADER + (tag[1] & 0xff | (tag[2] & 0xff) << 8);
    return !Arrays.equals(tag, 0, length, namespace, 0, namespace.length);
  }

  private static void pod(ByteArrayOutputStream out, ContainerFacts facts) {
    put(out, NAMESPACE, facts.namespace());
    put(out, POD_NAME, facts.podName());
  }

  private static void labels(
      ByteArrayOutputStream out, ContainerFacts sandbox, Collection<String> labels) {
    if (sandbox != null) {
      for (String label : labels) {
        String value = sandbox.labels().get(label);
        if (value != null) {
          put(out, LABEL, label + ':' + value);
        }
      }
    }
  }

  /// The text of the first field of a number in a tag's value; null: there is none.
  static String text(byte[] tag, int field) {
    int at = 0;
    while (at + HEADER <= tag.length) {
      int length = tag[at + 1] & 0xff | (tag[at + 2] & 0xff) << 8;
      if (tag[at] == field) {
        return new String(tag, at + HEADER, length, StandardCharsets.UTF_8);
      }
      at += HEADER + length;
    }
    return null;
  }

  private static void put(ByteArrayOutputStream out, int field, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0
        || bytes.length > MOST_TEXT
        || out.size() + HEADER + bytes.length > MOST_BYTES) {
      return;
    }
    out.write(field);
    out.write(bytes.length);
    out.write(bytes.length >>> 8);
    out.writeBytes(bytes);
  }
}
