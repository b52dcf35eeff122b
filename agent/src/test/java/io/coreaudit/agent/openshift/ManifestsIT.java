package io.coreaudit.agent.openshift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.ConfigReader;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.SecurityContextConstraints;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What stands in src/openshift: every overlay is made by kubectl, read by the types of Kubernetes
/// and OpenShift, and held to what the product promises of it.
final class ManifestsIT {
  private static final Path OVERLAYS = Path.of("../src/openshift/overlays");
  private static final String HOST = "/host";

  @TempDir private Path dir;

  @BeforeAll
  static void findKubectl() {
    Manifests.requireKubectl();
  }

  @Test
  void shouldHaveNoOverlayThatIsNotTested() throws IOException {
    try (Stream<Path> overlays = Files.list(OVERLAYS)) {
      assertThat(overlays.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "nodes", "nodes-least-privilege", "kafka", "splunk", "masters", "masters-quadlet");
    }
  }

  @Test
  void shouldRefuseAFieldThatThereIsNot() {
    String typo = "apiVersion: v1\nkind: ServiceAccount\nautomountServiceAccountTokens: false\n";
    assertThatThrownBy(() -> Manifests.read(typo))
        .hasMessageContaining("automountServiceAccountTokens");
    String deep =
        """
        apiVersion: apps/v1
        kind: DaemonSet
        spec: {template: {spec: {containers: [{name: a, volumeMounts: [{mountPropogation: None}]}]}}}
        """;
    assertThatThrownBy(() -> Manifests.read(deep)).hasMessageContaining("mountPropogation");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nodes", "nodes-least-privilege", "kafka", "splunk"})
  void shouldKeepWhatIsPromisedOfAPod(String overlay) throws Exception {
    Manifests made = Manifests.of(OVERLAYS.resolve(overlay));
    assertThat(made.all()).hasSize(9);
    PodSpec pod = made.the(DaemonSet.class).getSpec().getTemplate().getSpec();
    Container container = pod.getContainers().getFirst();
    assertThat(pod.getContainers()).hasSize(1);
    assertThat(pod.getHostPID()).isTrue();
    assertThat(pod.getHostNetwork()).isTrue();
    assertThat(pod.getHostUsers()).as("no user namespace").isNotEqualTo(false);
    assertThat(pod.getPriorityClassName()).isEqualTo("system-node-critical");
    assertThat(pod.getTolerations()).extracting(Toleration::getOperator).containsExactly("Exists");
    assertThat(container.getImage()).as("pinned").matches("[a-z0-9./-]+@sha256:[0-9a-f]{64}");
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getResources().getLimits()).containsOnlyKeys("memory");
    assertThat(container.getResources().getRequests()).containsOnlyKeys("cpu", "memory");
    assertThat(
            List.of(
                container.getLivenessProbe(),
                container.getReadinessProbe(),
                container.getStartupProbe()))
        .allSatisfy(probe -> assertThat(probe.getHttpGet().getHost()).isEqualTo("127.0.0.1"));
    shouldHaveNoRightsOfTheApi(made, pod);
    shouldMountWhatItHas(pod, container);
    shouldBeAdmitted(made, pod, container.getSecurityContext());
    shouldServeMetrics(made, container);
    shouldLeaveMastersOut(pod);
  }

  private static void shouldHaveNoRightsOfTheApi(Manifests made, PodSpec pod) {
    ServiceAccount account = made.the(ServiceAccount.class);
    assertThat(pod.getServiceAccountName()).isEqualTo(account.getMetadata().getName());
    assertThat(account.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(made.the(RoleBinding.class).getSubjects())
        .as("only Prometheus may look at this namespace")
        .allSatisfy(
            subject -> assertThat(subject.getNamespace()).isEqualTo("openshift-monitoring"));
    assertThat(pod.getVolumes()).extracting(Volume::getProjected).containsOnlyNulls();
  }

  private static void shouldMountWhatItHas(PodSpec pod, Container container) {
    Set<String> volumes =
        pod.getVolumes().stream()
            .map(Volume::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    Map<String, VolumeMount> mounts =
        container.getVolumeMounts().stream()
            .collect(Collectors.toMap(VolumeMount::getName, mount -> mount));
    assertThat(mounts.keySet()).as("each volume is mounted, once").isEqualTo(volumes);
    VolumeMount host = mounts.get("host");
    assertThat(host.getMountPath()).isEqualTo(HOST);
    assertThat(host.getReadOnly()).isTrue();
    assertThat(host.getMountPropagation()).isEqualTo("HostToContainer");
    for (Volume volume : pod.getVolumes()) {
      VolumeMount mount = mounts.get(volume.getName());
      boolean written = List.of("run", "state").contains(volume.getName());
      assertThat(Boolean.TRUE.equals(mount.getReadOnly())).as(volume.getName()).isEqualTo(!written);
      if (written) {
        assertThat(volume.getHostPath().getPath())
            .as("the host's own, so that others on the host find the same")
            .isEqualTo(mount.getMountPath());
      }
    }
    assertThat(mounts.get("run").getMountPath()).isEqualTo("/run/coreaudit");
  }

  private static void shouldBeAdmitted(Manifests made, PodSpec pod, SecurityContext context) {
    SecurityContextConstraints scc = made.the(SecurityContextConstraints.class);
    DaemonSet daemons = made.the(DaemonSet.class);
    String namespace = made.the(Namespace.class).getMetadata().getName();
    assertThat(daemons.getMetadata().getNamespace()).isEqualTo(namespace);
    assertThat(scc.getMetadata().getNamespace()).as("of the whole cluster").isNull();
    assertThat(daemons.getSpec().getTemplate().getMetadata().getAnnotations())
        .containsEntry("openshift.io/required-scc", scc.getMetadata().getName());
    assertThat(scc.getUsers())
        .containsExactly("system:serviceaccount:" + namespace + ":" + pod.getServiceAccountName());
    assertThat(scc.getGroups()).isEmpty();
    assertThat(scc.getAllowHostPID()).isTrue();
    assertThat(scc.getAllowHostNetwork()).isTrue();
    assertThat(scc.getAllowHostIPC()).isFalse();
    assertThat(scc.getAllowHostDirVolumePlugin()).isTrue();
    assertThat(scc.getReadOnlyRootFilesystem()).isTrue();
    assertThat(scc.getAllowPrivilegedContainer()).isEqualTo(context.getPrivileged());
    if (!context.getPrivileged()) {
      assertThat(context.getAllowPrivilegeEscalation()).isFalse();
      assertThat(scc.getAllowPrivilegeEscalation()).isFalse();
      assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
      assertThat(scc.getAllowedCapabilities())
          .as("exactly what it asks for")
          .containsExactlyInAnyOrderElementsOf(context.getCapabilities().getAdd());
      assertThat(context.getCapabilities().getAdd()).doesNotContain("SYS_ADMIN");
      assertThat(context.getSeccompProfile().getType()).isEqualTo("Unconfined");
      assertThat(context.getSeLinuxOptions().getType()).isEqualTo("spc_t");
    }
    assertThat(scc.getVolumes()).containsAll(kinds(pod.getVolumes()));
    assertThat(made.the(Namespace.class).getMetadata().getLabels())
        .containsEntry("pod-security.kubernetes.io/enforce", "privileged")
        .containsEntry("openshift.io/cluster-monitoring", "true");
  }

  private static Set<String> kinds(List<Volume> volumes) {
    Set<String> kinds = new TreeSet<>();
    for (Volume volume : volumes) {
      kinds.add(
          volume.getHostPath() != null
              ? "hostPath"
              : volume.getSecret() != null
                  ? "secret"
                  : volume.getConfigMap() != null ? "configMap" : "another");
    }
    return kinds;
  }

  private static void shouldServeMetrics(Manifests made, Container container) {
    int port = container.getPorts().getFirst().getContainerPort();
    assertThat(container.getPorts()).hasSize(1);
    assertThat(container.getArgs()).contains("--set=metrics.listen=$(NODE_IP):" + port);
    PodMonitor monitor = made.the(PodMonitor.class);
    var endpoint = monitor.getSpec().getPodMetricsEndpoints().getFirst();
    assertThat(endpoint.getPort()).isEqualTo(container.getPorts().getFirst().getName());
    assertThat(endpoint.getScheme()).isEqualTo("https");
    assertThat(monitor.getSpec().getSelector().getMatchLabels().entrySet())
        .isSubsetOf(
            made.the(DaemonSet.class).getSpec().getTemplate().getMetadata().getLabels().entrySet());
    Service service = made.the(Service.class);
    assertThat(service.getSpec().getPorts().getFirst().getPort()).isEqualTo(port);
    assertThat(endpoint.getTlsConfig().getServerName())
        .isEqualTo(
            service.getMetadata().getName() + "." + service.getMetadata().getNamespace() + ".svc");
  }

  private static void shouldLeaveMastersOut(PodSpec pod) {
    var terms =
        pod.getAffinity()
            .getNodeAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms();
    assertThat(terms).hasSize(1);
    assertThat(terms.getFirst().getMatchExpressions())
        .allSatisfy(e -> assertThat(e.getOperator()).isEqualTo("DoesNotExist"))
        .extracting(io.fabric8.kubernetes.api.model.NodeSelectorRequirement::getKey)
        .containsExactlyInAnyOrder(
            "node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nodes", "nodes-least-privilege", "splunk", "kafka"})
  void shouldTellTheAgentWhatItUnderstands(String overlay) throws Exception {
    Manifests made = Manifests.of(OVERLAYS.resolve(overlay));
    PodSpec pod = made.the(DaemonSet.class).getSpec().getTemplate().getSpec();
    Container container = pod.getContainers().getFirst();
    ConfigMap map = made.the(ConfigMap.class);
    assertThat(pod.getVolumes().stream().filter(v -> v.getName().equals("config")).findFirst())
        .hasValueSatisfying(
            volume ->
                assertThat(volume.getConfigMap().getName()).isEqualTo(map.getMetadata().getName()));
    List<String> sets =
        container.getArgs().stream()
            .filter(arg -> arg.startsWith("--set="))
            .map(arg -> arg.substring("--set=".length()))
            .map(set -> set.replace("$(NODE_NAME)", "node-1").replace("$(NODE_IP)", "192.0.2.7"))
            .toList();
    AgentConfig config = config(map.getData().get("coreaudit.yaml"), sets);
    assertThat(config.nodeName()).isEqualTo("node-1");
    assertThat(config.metrics().listen()).hasToString("192.0.2.7:9472");
    assertThat(config.http().listen().port())
        .isEqualTo(container.getLivenessProbe().getHttpGet().getPort().getIntVal());
    assertThat(config.stateDir()).hasToString("/var/lib/coreaudit");
    for (Path named :
        List.of(config.metrics().ca(), config.metrics().certificate(), config.metrics().key())) {
      assertThat(container.getVolumeMounts())
          .as("%s is mounted", named)
          .anyMatch(mount -> named.startsWith(mount.getMountPath()));
    }
  }

  private AgentConfig config(String yaml, List<String> sets) throws Exception {
    Path file = Files.writeString(dir.resolve("coreaudit.yaml"), yaml);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    return ConfigReader.read(file, sets).config();
  }

  @ParameterizedTest
  @ValueSource(strings = {"service", "quadlet"})
  void shouldGiveMastersWhatItsSourceSays(String name) throws Exception {
    MachineFiles made =
        MachineFiles.of(
            Manifests.of(OVERLAYS.resolve(name.equals("service") ? "masters" : "masters-quadlet")));
    MachineFiles source =
        MachineFiles.ofButane(Path.of(".."), "src/openshift/masters/" + name + ".bu");
    assertThat(made).isEqualTo(source);
    assertThat(made.kernelArguments()).contains("audit=1", "audit_backlog_limit=8192");
    assertThat(made.role()).isEqualTo("master");
    AgentConfig config = config(made.text("/etc/coreaudit/coreaudit.yaml"), List.of());
    assertThat(config.sinks()).isNotEmpty();
    boolean service = name.equals("service");
    assertThat(made.units()).isEqualTo(service ? List.of("coreaudit.service") : List.of());
    if (!service) {
      assertThat(made.text("/etc/containers/systemd/coreaudit.container"))
          .containsPattern("(?m)^Image=\\S+@sha256:[0-9a-f]{64}$")
          .contains("--pid=host", "Network=host", "Volume=/:/host:ro,rslave", "ReadOnly=true")
          .contains("Volume=/run/coreaudit:/run/coreaudit\n")
          .contains("--set=rules.at_stop=keep\n", "\nNotify=true\n");
      assertThat(made.text("/etc/systemd/system/coreaudit.service.d/registry.conf"))
          .contains("REGISTRY_AUTH_FILE=/var/lib/kubelet/config.json");
    }
  }
}
