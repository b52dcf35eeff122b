package io.coreaudit.origin;

import io.coreaudit.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What Docker wrote down of a container: `containers/<id>/config.v2.json`, and beside it, before
/// that, `hostconfig.json`.
///
/// What the kubelet of an OpenShift 3 had it make has a name that tells the pod:
/// `/k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`, the pod's sandbox as container `POD`.
/// Names are given by who may command Docker; labels are not asked, for an image brings its own.
final class DockerFacts {
  /// The file, in a container's folder.
  static final String FILE = "config.v2.json";

  /// The one beside it.
  static final String HOST_FILE = "hostconfig.json";

  private static final String PROCESSES = "PidMode";
  private static final Set<String> OWN_PROCESSES = Set.of("", "host");
  private static final Set<String> OUTER = Set.of("Name", "Config", "ProcessLabel");
  private static final String IMAGE = "Image";
  private static final String KUBELETS = "k8s";
  private static final int PARTS = 6; // one more where the name was taken

  private DockerFacts() {}

  /// Reads one.
  ///
  /// @param host the file beside it; empty: there is none
  /// @throws IllegalArgumentException when it is none, or not whole yet
  static ContainerFacts read(String id, byte[] config, byte[] host) {
    Json tree = Json.parse(config, DockerFacts::isWanted);
    String name = tree.at("Name").text("");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("no Name");
    }
    String[] parts = name.substring(name.startsWith("/") ? 1 : 0).split("_", -1);
    boolean ofPod =
        (parts.length == PARTS || parts.length == PARTS + 1) && parts[0].equals(KUBELETS);
    return new ContainerFacts(
        id,
        "",
        ofPod ? parts[4] : "",
        ofPod ? parts[2] : "",
        ofPod ? parts[3] : "",
        ofPod ? parts[1] : name.substring(name.startsWith("/") ? 1 : 0),
        tree.at("Config", IMAGE).text(""),
        List.of(),
        Map.of(),
        joinsProcesses(host),
        SelinuxDomains.domain(tree.at("ProcessLabel").text("")));
  }

  // Where nothing says, it may. In the host's, none but the host takes an orphan in.
  private static boolean joinsProcesses(byte[] host) {
    if (host.length == 0) {
      return true;
    }
    String mode = Json.parse(host, (level, name) -> name.equals(PROCESSES)).at(PROCESSES).text();
    return mode == null || !OWN_PROCESSES.contains(mode);
  }

  private static boolean isWanted(int level, String name) {
    return level == 1 ? OUTER.contains(name) : level == 2 && name.equals(IMAGE);
  }
}
