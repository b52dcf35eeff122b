package io.coreaudit.agent.openshift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.SecurityContextConstraints;
import io.fabric8.openshift.api.model.machineconfiguration.v1.MachineConfig;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// What an overlay makes, read by the types of Kubernetes and OpenShift. A field that they do not
/// have, or of another type, fails.
public final class Manifests {
  /// The kinds that there are; another one fails.
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1/Namespace", Namespace.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "v1/ConfigMap", ConfigMap.class,
          "v1/Service", Service.class,
          "apps/v1/DaemonSet", DaemonSet.class,
          "rbac.authorization.k8s.io/v1/Role", Role.class,
          "rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class,
          "security.openshift.io/v1/SecurityContextConstraints", SecurityContextConstraints.class,
          "machineconfiguration.openshift.io/v1/MachineConfig", MachineConfig.class,
          "monitoring.coreos.com/v1/PodMonitor", PodMonitor.class);

  /// The types keep what they do not know in a map of their own; without that it is an error.
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }
              });

  private final List<HasMetadata> all = new ArrayList<>();

  private Manifests() {}

  /// Skips the test where there is no kubectl, also with `CI=true`: no package of Debian's has one
  /// that is new enough.
  public static void requireKubectl() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(bin -> Files.isExecutable(Path.of(bin, "kubectl")));
    Assumptions.assumeTrue(there, "no kubectl: what stands in src/openshift is not looked at");
  }

  /// Has kubectl make them.
  public static Manifests of(Path overlay) throws IOException, InterruptedException {
    Process kubectl =
        new ProcessBuilder("kubectl", "kustomize", overlay.toString())
            .redirectErrorStream(true)
            .start();
    kubectl.getOutputStream().close();
    String text = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kubectl.waitFor(60, TimeUnit.SECONDS)).as("kubectl ended").isTrue();
    assertThat(kubectl.exitValue()).as(text).isZero();
    assertThat(text).as("nothing of it is out of date").doesNotContain("Warning");
    return read(text);
  }

  static Manifests read(String yaml) {
    Manifests manifests = new Manifests();
    for (Object document : yaml(yaml)) {
      Map<?, ?> map = (Map<?, ?>) document;
      String kind = map.get("apiVersion") + "/" + map.get("kind");
      assertThat(KINDS).as("kinds that are read").containsKey(kind);
      manifests.all.add(STRICT.convertValue(map, KINDS.get(kind)));
    }
    return manifests;
  }

  static Iterable<Object> yaml(String text) {
    return new Load(LoadSettings.builder().build()).loadAllFromString(text);
  }

  List<HasMetadata> all() {
    return all;
  }

  /// The one of a kind; there must be no other.
  public <T extends HasMetadata> T the(Class<T> kind) {
    List<T> found = all.stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(found).as("%s", kind.getSimpleName()).hasSize(1);
    return found.getFirst();
  }
}
