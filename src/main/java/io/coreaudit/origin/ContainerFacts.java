package io.coreaudit.origin;

import io.coreaudit.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a runtime wrote down of a container, or of a pod's sandbox, when it made it.
///
/// @param id 64 hexadecimal digits
/// @param sandboxId of the pod's sandbox, itself for that; empty when the file does not tell
/// @param podUid as the kubelet has it: of a static pod 32 hexadecimal digits
/// @param name of the container in its pod; `POD` for the sandbox
/// @param image as it was asked for, or what comes nearest to it
/// @param imageDigests `repository@sha256:...`; of a sandbox what the pod's author wrote there, if
///   anything, in his pod's annotations, which its containers have too
/// @param labels of a sandbox those of the pod's that are wanted; of a container none
/// @param joinsProcesses whether it sees the processes of another container: the whole pod's
///   (shareProcessNamespace), or one's (a debugger's)
/// @param domain of its processes in SELinux (`SelinuxDomains`); empty when it tells nothing
record ContainerFacts(
    String id,
    String sandboxId,
    String podUid,
    String podName,
    String namespace,
    String name,
    String image,
    List<String> imageDigests,
    Map<String, String> labels,
    boolean joinsProcesses,
    String domain) {
  private static final String CRIO = "io.kubernetes.cri-o.";
  private static final String POD = "io.kubernetes.pod.";
  private static final String LABEL = "selinuxLabel";
  private static final String NAME = "io.kubernetes.container.name";
  private static final String SANDBOX = "POD";
  private static final String TYPE = "ContainerType";
  private static final String MANAGER = "io.container.manager";
  private static final String PODMAN = "libpod";
  private static final Set<String> NOTES =
      Set.of(
          POD + "uid",
          POD + "name",
          POD + "namespace",
          NAME,
          CRIO + "SandboxID",
          CRIO + TYPE,
          MANAGER,
          CRIO + "Image",
          CRIO + "ImageName",
          CRIO + "ImageRepoDigests",
          CRIO + "Labels");

  /// Reads a `config.json` of CRI-O or Podman.
  ///
  /// @throws IllegalArgumentException when it is none, or not whole yet
  static ContainerFacts read(String id, byte[] config, Collection<String> labels) {
    Json tree = Json.parse(config, ContainerFacts::isWanted);
    Json notes = tree.at("annotations");
    if (!notes.isObject()) {
      throw new IllegalArgumentException("no annotations");
    }
    String label = tree.at("process", LABEL).text();
    String domain = label == null ? "" : SelinuxDomains.domain(label);
    if (text(notes, MANAGER).equals(PODMAN) && !notes.members().containsKey(CRIO + TYPE)) {
      // What it says of pods is its caller's word.
      return new ContainerFacts(
          id, "", "", "", "", "", "", List.of(), Map.of(), joinsProcesses(tree), domain);
    }
    String sandbox = text(notes, CRIO + "SandboxID");
    String name = text(notes, NAME);
    return new ContainerFacts(
        id,
        sandbox,
        text(notes, POD + "uid"),
        text(notes, POD + "name"),
        text(notes, POD + "namespace"),
        name,
        image(notes),
        digests(text(notes, CRIO + "ImageRepoDigests")),
        isSandbox(id, sandbox, name) ? labels(text(notes, CRIO + "Labels"), labels) : Map.of(),
        joinsProcesses(tree),
        domain);
  }

  // Of a pod with megabytes of annotations, all but these stay unread.
  private static boolean isWanted(int level, String name) {
    return switch (level) {
      case 1 -> name.equals("annotations") || name.equals("linux") || name.equals("process");
      case 2 -> NOTES.contains(name) || name.equals("namespaces") || name.equals(LABEL);
      default -> true;
    };
  }

  /// Whether nothing says what it is called.
  boolean isNameless() {
    return name.isEmpty() && podUid.isEmpty();
  }

  /// The same with a name and an image.
  ContainerFacts named(String other, String itsImage) {
    return new ContainerFacts(
        id,
        sandboxId,
        podUid,
        podName,
        namespace,
        other,
        itsImage,
        imageDigests,
        labels,
        joinsProcesses,
        domain);
  }

  boolean isSandbox() {
    return isSandbox(id, sandboxId, name);
  }

  // A sandbox's notes are the pod's author's where they are not the kubelet's: its name is that.
  private static boolean isSandbox(String id, String sandboxId, String name) {
    return name.equals(SANDBOX) || id.equals(sandboxId);
  }

  private static String text(Json notes, String name) {
    return notes.at(name).text("");
  }

  /// `Image` is what the kubelet asked for, often an id alone. `ImageName` is some name of that
  /// image, not always the one that the pod's author wrote.
  private static String image(Json notes) {
    String asked = text(notes, CRIO + "Image");
    if (!asked.isEmpty() && !asked.matches("(sha256:)?[0-9a-f]{64}")) {
      return asked;
    }
    String some = text(notes, CRIO + "ImageName");
    return some.isEmpty() ? asked : some;
  }

  private static List<String> digests(String list) {
    List<String> digests = new ArrayList<>();
    for (String digest : list.split(",")) {
      if (!digest.isBlank()) {
        digests.add(digest.strip());
      }
    }
    return digests;
  }

  private static Map<String, String> labels(String json, Collection<String> wanted) {
    Map<String, String> labels = new HashMap<>();
    Json tree = json.isEmpty() || wanted.isEmpty() ? Json.NONE : Json.parse(json);
    for (String name : wanted) {
      String label = tree.at(name).text();
      if (label != null) {
        labels.put(name, label);
      }
    }
    return labels;
  }

  // A namespace with a path is somebody else's; without one it is new.
  private static boolean joinsProcesses(Json tree) {
    for (Json namespace : tree.at("linux", "namespaces").elements()) {
      String path = namespace.at("path").text();
      if ("pid".equals(namespace.at("type").text()) && path != null) {
        return !path.isEmpty();
      }
    }
    return false;
  }
}
