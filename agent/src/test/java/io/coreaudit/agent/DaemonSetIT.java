package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.agent.http.Certificates;
import io.coreaudit.agent.openshift.Manifests;
import io.coreaudit.kernel.KernelAudit;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The DaemonSet's own settings, as `kubectl kustomize` makes them, run by podman on the real
/// kernel: secrets that the host mounts after the start are watched, their readers' pods are told,
/// metrics are scraped with a client's certificate, and SIGTERM leaves nothing behind.
@KernelAudit
final class DaemonSetIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long LIFE_MILLIS = 3000;
  private static final Path OVERLAYS = Path.of("../src/openshift/overlays");
  private static final Pattern METRICS = Pattern.compile("metrics https 127\\.0\\.0\\.1:([0-9]+)");
  private static final String PROMETHEUS =
      "system:serviceaccount:openshift-monitoring:prometheus-k8s";

  @TempDir private Path temp;
  private Pods pods;
  private ContainerHost host;

  @BeforeEach
  void prepare() throws Exception {
    Manifests.requireKubectl();
    Path dir = temp.toRealPath();
    pods = new Pods(Files.createDirectory(dir.resolve("pods")));
    host = new ContainerHost(dir);
    host.shareMounts();
  }

  @AfterEach
  void cleanUp() throws Exception {
    if (host != null) {
      host.close();
    }
    if (pods != null) {
      pods.close();
    }
  }

  /// What podman calls the settings of a pod.
  private static List<String> options(PodSpec pod) {
    Container agent = pod.getContainers().getFirst();
    SecurityContext context = agent.getSecurityContext();
    List<String> options = new ArrayList<>();
    options.add(pod.getHostNetwork() ? "--network=host" : "--network=none");
    options.add(pod.getHostPID() ? "--pid=host" : "--pid=private");
    options.add("--user=" + context.getRunAsUser() + ":" + context.getRunAsGroup());
    if (context.getReadOnlyRootFilesystem()) {
      options.addAll(List.of("--read-only", "--read-only-tmpfs=false"));
    }
    if (context.getPrivileged()) {
      options.add("--privileged");
    } else {
      context.getCapabilities().getDrop().forEach(name -> options.add("--cap-drop=" + name));
      context.getCapabilities().getAdd().forEach(name -> options.add("--cap-add=" + name));
      options.add("--security-opt=no-new-privileges");
      assertThat(context.getSeccompProfile().getType()).isEqualTo("Unconfined");
      options.add("--security-opt=seccomp=unconfined");
    }
    for (VolumeMount mount : agent.getVolumeMounts()) {
      if (mount.getName().equals("host")) {
        assertThat(mount.getMountPropagation()).isEqualTo("HostToContainer");
        options.add("--volume=/:" + mount.getMountPath() + ":ro,rslave");
      }
    }
    return options;
  }

  /// What a `--set` of the pod's arguments sets, for the file.
  private static String argument(PodSpec pod, String key, String otherwise) {
    String start = "--set=" + key + "=";
    return pod.getContainers().getFirst().getArgs().stream()
        .filter(argument -> argument.startsWith(start))
        .map(argument -> argument.substring(start.length()))
        .findFirst()
        .orElse(otherwise);
  }

  private String configuration(PodSpec pod, Certificates files) {
    // Process 1 of a test machine may be out of bounds: this process is of the host as well.
    String namespace = argument(pod, "watch.namespace", "" + ProcessHandle.current().pid());
    String kubelet = argument(pod, "watch.secrets.never_exe", "/usr/bin/kubelet");
    return """
    watch: {namespace: '%s', canary: 5s, etcd: {enabled: false}, secrets: {never_exe: [%s]}}
    rules: {at_stop: remove}
    origin: {storage: [%s, /host%s]}
    metrics:
      listen: 127.0.0.1:0
      clients: ["%s"]
      tls: {ca: %s, certificate: %s, key: %s}
    sinks: [{type: stdout}]
    """
        .formatted(
            namespace,
            kubelet,
            pods.storage(),
            pods.storage(),
            PROMETHEUS,
            files.path("ca.pem"),
            files.path("server.pem"),
            files.path("server.key"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nodes", "nodes-least-privilege"})
  void shouldDoItsWorkWithTheSettingsOfTheDaemonSet(String overlay) throws Exception {
    PodSpec pod =
        Manifests.of(OVERLAYS.resolve(overlay))
            .the(DaemonSet.class)
            .getSpec()
            .getTemplate()
            .getSpec();
    Certificates files =
        new Certificates(host.shared())
            .authority("ca")
            .server("server", "ca")
            .client("prometheus", "ca", PROMETHEUS);
    AuditState before = AuditState.now();
    host.secrets().mount("there");
    Pods.Container reader = pods.add(1, 1, "app");
    try (RunningAgent agent = host.container().agent(host.shared(), options(pod))) {
      agent.start(configuration(pod, files)).awaitReady();
      String metrics = metrics(agent, files);
      assertThat(metrics).as(agent.log()).contains(MountedSecrets.COVERED + " 1.0");
      assertThat(metrics).as(agent.log()).contains("coreaudit_watches_uncovered 0.0");

      Path fresh = host.secrets().mount("fresh");
      agent.until(
          SOON, "covered", () -> metrics(agent, files).contains(MountedSecrets.COVERED + " 2.0"));
      pods.open(reader, 'd', 1, fresh);
      pods.start(LIFE_MILLIS);
      pods.await();
      agent.until(SOON, "the read of a pod", () -> read(agent, fresh) != null);
      JsonNode event = read(agent, fresh);
      assertThat(event.at("/kubernetes/pod/uid").asText()).as("%s", event).isEqualTo(reader.uid());
      assertThat(event.at("/orchestrator/resource/name").asText()).isEqualTo(reader.pod());
      assertThat(event.at("/container/id").asText()).isEqualTo(reader.id());
      assertThat(event.at("/coreaudit/secret/volume").asText()).isEqualTo("fresh");
      assertThat(event.at("/coreaudit/secret/foreign").asBoolean()).isFalse();

      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(AuditState.now()).isEqualTo(before);
    }
  }

  private static JsonNode read(RunningAgent agent, Path file) {
    return Event.trees(agent.stdout()).stream()
        .filter(event -> event.at("/file/path").asText().equals(file.toString()))
        .filter(event -> event.at("/process/name").asText().equals("pods"))
        .findFirst()
        .orElse(null);
  }

  /// As Prometheus asks.
  private static String metrics(RunningAgent agent, Certificates files) throws Exception {
    Matcher port = METRICS.matcher(agent.log());
    assertThat(port.find()).as(agent.log()).isTrue();
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(files.trusting("ca", "prometheus"))
            .build()) {
      URI uri = URI.create("https://127.0.0.1:" + port.group(1) + "/metrics");
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new AssertionError(agent.log(), e);
    }
  }
}
