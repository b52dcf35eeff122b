package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent in a container, as a DaemonSet runs it: privileged, with the host's processes and
/// network, the host's files at /host. What it watches is the host's, whose mounts come and go
/// where the container does not see them.
@KernelAudit
final class PodmanIT {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir private Path temp;
  private ContainerHost host;

  @BeforeEach
  void prepare() throws Exception {
    host = new ContainerHost(temp.toRealPath());
  }

  @AfterEach
  void cleanUp() throws Exception {
    if (host != null) {
      host.close();
    }
  }

  private RunningAgent container() throws IOException {
    return host.container()
        .agent(
            host.shared(),
            List.of("--privileged", "--network=host", "--pid=host", "--volume=/:/host:ro,rslave"));
  }

  /// A process of the host reads a file: one event of it, by the host's name for it.
  private static void shouldSee(RunningAgent agent, Path file, String key) throws Exception {
    Process reader = new ProcessBuilder("cat", file.toString()).start();
    reader.getInputStream().readAllBytes();
    assertThat(reader.waitFor()).isZero();
    agent.until(
        SOON,
        "the read of " + file,
        () ->
            Event.trees(agent.stdout()).stream()
                .anyMatch(
                    e ->
                        e.at("/process/pid").asLong() == reader.pid()
                            && e.at("/file/path").asText().equals(file.toString())
                            && e.at("/tags/0").asText().equals(key)));
  }

  @Test
  void shouldWatchTheHostFromAContainer() throws Exception {
    AuditState before = AuditState.now();
    Path there = host.secrets().mount("there");
    Path watched = Files.createDirectory(host.files().resolve("watched"));
    Path file = Files.writeString(watched.resolve("file"), "x");
    try (RunningAgent agent = container()) {
      // Process 1 of a test machine may be out of bounds: this process is of the host as well.
      agent
          .start(
              """
              watch: {namespace: '%d', paths: [%s], canary: 5s, etcd: {enabled: false}}
              rules: {at_stop: remove}
              sinks: [{type: stdout}]
              """
                  .formatted(ProcessHandle.current().pid(), watched))
          .awaitReady();
      assertThat(agent.metric(MountedSecrets.COVERED)).as(agent.log()).isEqualTo(1);
      assertThat(agent.metric("coreaudit_watches_uncovered")).as(agent.log()).isZero();
      shouldSee(agent, there, "openshift_secret");
      shouldSee(agent, file, "coreaudit_watch");
      assertThat(Event.trees(agent.stdout()))
          .filteredOn(event -> event.at("/file/path").asText().equals(file.toString()))
          .as("the image has no accounts: the name is the host's")
          .allMatch(event -> event.at("/user/name").asText().equals("root"));

      Path fresh = host.secrets().mount("fresh");
      agent.until(SOON, "covered", () -> agent.metric(MountedSecrets.COVERED) == 2);
      shouldSee(agent, fresh, "openshift_secret");
      Command.run("umount", fresh.getParent().toString());
      agent.until(SOON, "forgotten", () -> agent.metric(MountedSecrets.COVERED) == 1);

      shouldFollowWhatTheHostDoes(agent, there, watched);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(AuditState.now()).isEqualTo(before);
    }
  }

  /// A directory is put in the place of another; somebody takes all rules away.
  private static void shouldFollowWhatTheHostDoes(RunningAgent agent, Path secret, Path watched)
      throws Exception {
    Files.move(watched, watched.resolveSibling("old"));
    Files.createDirectory(watched);
    Path file = Files.writeString(watched.resolve("file"), "new");
    agent.until(SOON, "told", () -> !agent.drifts("path_replaced").isEmpty());
    shouldSee(agent, file, "coreaudit_watch");
    Command.run("auditctl", "-D");
    agent.until(SOON, "told", () -> !agent.drifts("rule_gone").isEmpty());
    shouldSee(agent, file, "coreaudit_watch");
    shouldSee(agent, secret, "openshift_secret");
  }
}
