package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent in a container, as a DaemonSet runs it: privileged, with the host's processes and
/// network, the host's files at /host. What it watches is the host's, whose mounts come and go
/// where the container does not see them.
///
/// The container's root is an empty folder with the host's /usr; it needs no image and no registry.
/// Its name for the program is none of the host's, so that a class which is looked for after a
/// thread moved over to the host is not found.
@KernelAudit
final class PodmanIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String PROGRAM = "/opt/coreaudit";
  private static final String NAME = "coreaudit-it";
  private static final String COVERED = "coreaudit_watches{kind=\"secret\",state=\"covered\"}";

  @TempDir private Path temp;
  private final List<Path> mounts = new ArrayList<>();
  private Path host;
  private Path shared;
  private List<String> podman;

  @BeforeEach
  void prepare() throws Exception {
    Command.require("podman");
    Command.require("runc");
    Path dir = temp.toRealPath();
    host = Files.createDirectory(dir.resolve("host"));
    shared = Files.createDirectory(dir.resolve("shared"));
    podman =
        List.of(
            "podman --cgroup-manager=cgroupfs --runtime=runc --storage-driver=vfs --root=%s/store --runroot=%s/run"
                .formatted(dir, dir)
                .split(" "));
  }

  @AfterEach
  void cleanUp() throws Exception {
    for (Path mount : mounts) {
      new ProcessBuilder("umount", "-l", mount.toString()).start().waitFor();
    }
    if (podman != null) {
      Command.run(words("rm", "--force", "--ignore", NAME).toArray(String[]::new));
      // A link that podman made, out of the folder that is deleted now.
      Files.deleteIfExists(temp.resolve("root/etc/mtab"));
    }
  }

  private List<String> words(String... more) {
    List<String> words = new ArrayList<>(podman);
    words.addAll(List.of(more));
    return words;
  }

  /// An empty root into which the host's /usr is mounted.
  private Path root() throws IOException {
    Path root = Files.createDirectory(temp.toRealPath().resolve("root"));
    for (String name : List.of("usr", "etc", "proc", "sys", "dev", "tmp", "run", "opt")) {
      Files.createDirectory(root.resolve(name));
    }
    for (String name : List.of("bin", "sbin", "lib", "lib64")) {
      Files.createSymbolicLink(root.resolve(name), Path.of("usr", name));
    }
    return root;
  }

  private RunningAgent container() throws IOException {
    Path program = Path.of("target").toRealPath();
    String jar;
    try (Stream<Path> files = Files.list(program)) {
      jar =
          files
              .map(file -> file.getFileName().toString())
              .filter(
                  name ->
                      name.matches(
                          "coreaudit-agent-.*SNAPSHOT\\.jar|coreaudit-agent-[0-9.]+\\.jar"))
              .findFirst()
              .orElseThrow();
    }
    String java = System.getProperty("java.home");
    String jna = "linux-" + System.getProperty("os.arch").replace("amd64", "x86-64");
    return new RunningAgent(shared)
        .before(
            words(
                    "run",
                    "--rm",
                    "--name=" + NAME,
                    "--privileged",
                    "--network=host",
                    "--pid=host",
                    // It may have no more than who starts it.
                    "--ulimit=nofile=1024:1024",
                    "--ulimit=nproc=1024:1024",
                    "--volume=/:/host:ro,rslave",
                    "--volume=/usr:/usr:ro",
                    "--volume=" + java + ":" + java + ":ro",
                    "--volume=" + program + ":" + PROGRAM + ":ro",
                    "--volume=" + shared + ":" + shared,
                    "--rootfs",
                    root().toString())
                .toArray(String[]::new))
        .memory(
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-Xss512k",
            "-Djna.boot.library.path=" + PROGRAM + "/native/com/sun/jna/" + jna,
            "-Djna.nounpack=true")
        .classPath(PROGRAM + "/" + jar + ":" + PROGRAM + "/lib/*");
  }

  /// Mounts a secret on the host, puts a token in it.
  private Path mount(String volume) throws Exception {
    Path place =
        Files.createDirectories(
            host.resolve("pods/7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e/volumes/kubernetes.io~secret")
                .resolve(volume));
    Command.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place.toString());
    mounts.add(place);
    return Files.writeString(place.resolve("token"), "x");
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
    Path there = mount("there");
    Path watched = Files.createDirectory(host.resolve("watched"));
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
      assertThat(agent.metric(COVERED)).as(agent.log()).isEqualTo(1);
      assertThat(agent.metric("coreaudit_watches_uncovered")).as(agent.log()).isZero();
      shouldSee(agent, there, "openshift_secret");
      shouldSee(agent, file, "coreaudit_watch");
      assertThat(Event.trees(agent.stdout()))
          .filteredOn(event -> event.at("/file/path").asText().equals(file.toString()))
          .as("the image has no accounts: the name is the host's")
          .allMatch(event -> event.at("/user/name").asText().equals("root"));

      Path fresh = mount("fresh");
      agent.until(SOON, "covered", () -> agent.metric(COVERED) == 2);
      shouldSee(agent, fresh, "openshift_secret");
      Command.run("umount", fresh.getParent().toString());
      agent.until(SOON, "forgotten", () -> agent.metric(COVERED) == 1);

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
    agent.until(SOON, "told", () -> drift(agent, "path_replaced"));
    shouldSee(agent, file, "coreaudit_watch");
    Command.run("auditctl", "-D");
    agent.until(SOON, "told", () -> drift(agent, "rule_gone"));
    shouldSee(agent, file, "coreaudit_watch");
    shouldSee(agent, secret, "openshift_secret");
  }

  private static boolean drift(RunningAgent agent, String what) {
    return Event.soFar(agent.stdout()).stream()
        .anyMatch(event -> event.is("drift") && event.own("what").equals(what));
  }
}
