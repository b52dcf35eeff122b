package io.coreaudit.origin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A storage as CRI-O keeps it: `overlay-containers/<id>/userdata/config.json`, written in the
/// steps in which CRI-O does.
public final class CrioTree {
  private static final String CONFIG =
      """
      {"ociVersion":"1.2.1",
       "process":{"user":{"uid":1000680000,"gid":0,"additionalGids":[1000680000]},
         "args":["/usr/bin/app","--label={\\"x\\":1}"],"cwd":"/","noNewPrivileges":true,
         "selinuxLabel":"system_u:system_r:container_t:s0:PAIR"},
       "root":{"path":"/var/lib/containers/storage/overlay/921af5ce/merged"},"hostname":"HOST",
       "mounts":[{"destination":"/var/run/secrets/kubernetes.io/serviceaccount","type":"bind",
         "source":"/var/lib/kubelet/pods/UID/volumes/kubernetes.io~projected/kube-api-access-x8k2p",
         "options":["ro","rbind","rprivate","bind"]}],
       "annotations":{
         "io.kubernetes.pod.name":"POD","io.kubernetes.pod.namespace":"NAMESPACE",
         "io.kubernetes.pod.uid":"UID","io.kubernetes.container.name":"CONTAINER",
         "io.kubernetes.container.restartCount":"0","io.container.manager":"cri-o",
         "io.kubernetes.cri-o.ContainerType":"TYPE",
         "io.kubernetes.cri-o.ContainerID":"ID","io.kubernetes.cri-o.SandboxID":"SANDBOX",
         "io.kubernetes.cri-o.Image":"IMAGE","io.kubernetes.cri-o.ImageName":"quay.io/acme/some:tag",
         "io.kubernetes.cri-o.ImageRepoDigests":"quay.io/acme/app@sha256:aa,quay.io/b@sha256:bb",
         "io.kubernetes.cri-o.Labels":"LABELS",
         "io.kubernetes.cri-o.Annotations":"{}"},
       "linux":{"mountLabel":"system_u:object_r:container_file_t:s0:c15,c26",
         "cgroupsPath":"kubepods-burstable-podUID_.slice:crio:ID",
         "namespaces":[{"type":"network","path":"/var/run/netns/x"},PIDNS{"type":"mount"}]}}
      """;

  private final Path containers;

  /// Creates one in a folder, without containers.
  public CrioTree(Path storage) throws IOException {
    containers = Files.createDirectories(storage.resolve("overlay-containers"));
  }

  /// A pod or a container of it.
  ///
  /// @param pidNamespace `{"type":"pid"},` its own; with a path another's; empty the host's
  public record Made(
      String id,
      String sandbox,
      String uid,
      String pod,
      String namespace,
      String container,
      Map<String, String> labels,
      String pidNamespace) {
    /// The sandbox of a pod.
    public static Made sandbox(
        String id, String uid, String pod, String namespace, Map<String, String> labels) {
      return new Made(id, id, uid, pod, namespace, "POD", labels, "{\"type\":\"pid\"},");
    }

    /// A container of this pod.
    public Made container(String containerId, String name) {
      return new Made(
          containerId, sandbox, uid, pod, namespace, name, Map.of(), "{\"type\":\"pid\"},");
    }

    /// The same with other processes in sight.
    public Made withPidNamespace(String other) {
      return new Made(id, sandbox, uid, pod, namespace, container, labels, other);
    }

    /// The SELinux label of its processes, as the kernel writes it.
    String label() {
      int least = Math.abs(namespace.hashCode() % 20);
      return "system_u:system_r:container_t:s0:c" + least + ",c26";
    }

    String text() {
      String json =
          labels.entrySet().stream()
              .map(label -> "\"" + label.getKey() + "\":\"" + label.getValue() + "\"")
              .sorted()
              .collect(Collectors.joining(",", "{", "}"));
      return CONFIG
          .replace("PIDNS", pidNamespace)
          .replace("PAIR", "c26,c" + Math.abs(namespace.hashCode() % 20))
          .replace("UID_", uid.replace('-', '_'))
          .replace("UID", uid)
          .replace("\"POD\"", "\"" + pod + "\"")
          .replace("NAMESPACE", namespace)
          .replace("CONTAINER\"", container + "\"")
          .replace("TYPE", id.equals(sandbox) ? "sandbox" : "container")
          .replace("\"ID\"", "\"" + id + "\"")
          .replaceAll(id.equals(sandbox) ? " .*ImageRepoDigests.*\n" : "$^", "")
          .replace("SANDBOX", sandbox)
          .replace("IMAGE", "quay.io/acme/" + container + ":1")
          .replace("LABELS", json.replace("\"", "\\\""))
          .replace("HOST", pod);
    }
  }

  public static String config(String id, String uid, Map<String, String> labels) {
    return Made.sandbox(id, uid, "pod", "ns", labels).text();
  }

  /// Writes a container: its folder first, then half of its file, then the other half.
  public void add(Made made) throws IOException {
    Path file = begin(made);
    String text = made.text();
    Files.writeString(file, text.substring(0, text.length() / 2));
    Files.writeString(file, text);
  }

  /// Makes a container's folder, without the file.
  public Path begin(Made made) throws IOException {
    Path userdata = containers.resolve(made.id()).resolve("userdata");
    Files.createDirectories(userdata);
    return userdata.resolve("config.json");
  }

  /// Takes a container away.
  public void remove(String id) throws IOException {
    try (Stream<Path> all = Files.walk(containers.resolve(id))) {
      List<Path> files = all.sorted(Comparator.reverseOrder()).toList();
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  /// A container's id of 64 digits.
  public static String id(int number) {
    return "%016x".formatted(number * 0x9e3779b97f4a7c15L).repeat(4);
  }

  /// A pod's UID.
  public static String uid(int number) {
    return "%08x-1d5e-4b0e-9a2b-0d6f3b1c2d3e".formatted(number);
  }
}
