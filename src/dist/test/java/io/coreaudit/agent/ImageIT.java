package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The image that the shipped Containerfile makes of the tarball, on a base of local files, run
/// from an OCI layout with what the quadlet says of the container.
@KernelAudit
final class ImageIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path temp;
  private Path unpacked;
  private ContainerHost host;

  @BeforeEach
  void prepare() throws Exception {
    Path dir = temp.toRealPath();
    unpacked = Tarball.unpack(dir);
    host = new ContainerHost(dir);
    host.shareMounts();
  }

  @AfterEach
  void cleanUp() throws Exception {
    if (host != null) {
      host.close();
    }
  }

  /// What podman calls the settings of the quadlet; its state and run directories are the test's.
  private List<String> options() throws Exception {
    List<String> options = new ArrayList<>();
    for (String line :
        Files.readAllLines(unpacked.resolve("systemd/quadlet/coreaudit.container"))) {
      String value = line.substring(line.indexOf('=') + 1);
      switch (line.substring(0, Math.max(0, line.indexOf('=')))) {
        case "Network" -> options.add("--network=" + value);
        case "PodmanArgs" -> options.addAll(List.of(value.split(" ")));
        case "ReadOnly" -> options.add("--read-only=" + value);
        case "Volume" -> {
          if (value.startsWith("/:")) {
            options.add("--volume=" + value);
          }
        }
        default -> {}
      }
    }
    assertThat(options)
        .contains("--network=host", "--privileged", "--pid=host", "--read-only=true")
        .contains("--volume=/:/host:ro,rslave");
    return options;
  }

  @Test
  void shouldDoItsWorkAsTheQuadletSays() throws Exception {
    assumeTrue(Files.isReadable(DebianMachine.ROOT), DebianMachine.ROOT + " is not there");
    AgentContainer container = host.container();
    String image =
        container.image(unpacked.resolve("openshift/Containerfile"), unpacked, DebianMachine.ROOT);
    JsonNode config =
        new ObjectMapper().readTree(container.podman("image", "inspect", image)).at("/0/Config");
    assertThat(config.at("/Entrypoint/0").asText()).isEqualTo("/usr/bin/coreaudit");
    assertThat(config.at("/Cmd/0").asText()).isEqualTo("run");
    AuditState before = AuditState.now();
    try (RunningAgent agent = container.agentOf(image, host.shared(), options())) {
      // Process 1 of a test machine may be out of bounds: this process is of the host as well.
      agent
          .start(
              """
              watch: {namespace: '%d', canary: 5s, etcd: {enabled: false}}
              rules: {at_stop: remove, packs: [base]}
              sinks: [{type: stdout}]
              """
                  .formatted(ProcessHandle.current().pid()))
          .awaitReady();
      assertThat(container.inside("coreaudit", "--version"))
          .isEqualTo("coreaudit " + Tarball.VERSION + "\n");
      assertThat(Command.run("auditctl", "-l")).as("of a pack of the image").contains("identity");
      Path token = host.secrets().mount("fresh");
      agent.until(SOON, "covered", () -> agent.metric(MountedSecrets.COVERED) == 1);
      agent.shouldSeeARead(SOON, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(agent.log()).doesNotContain(" ERROR ", "\tat ");
    }
    assertThat(AuditState.now()).isEqualTo(before);
  }
}
