package io.coreaudit.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The agent in a container of the real podman, without a registry: the program that is tested in
/// an empty folder with the host's /usr, or the image that is built of what is shipped.
///
/// In the former its name for the program is none of the host's, so that a class which is looked
/// for after a thread moved over to the host is not found.
final class AgentContainer implements AutoCloseable {
  private static final String PROGRAM = "/opt/coreaudit";
  private static final String NAME = "coreaudit-it";
  private static final long SECONDS = 180;

  private final Path dir;
  private final List<String> podman;

  /// @param dir a folder of the test's
  AgentContainer(Path dir) {
    Command.require("podman");
    Command.require("runc");
    this.dir = dir;
    podman =
        List.of(
            "podman --cgroup-manager=cgroupfs --runtime=runc --storage-driver=vfs --root=%s/store --runroot=%s/run"
                .formatted(dir, dir)
                .split(" "));
  }

  /// The agent, not started yet.
  ///
  /// @param shared a folder that is the same inside, for state and configuration
  /// @param options of `podman run` that say what the container may
  RunningAgent agent(Path shared, List<String> options) throws IOException {
    Path program = Path.of("target").toRealPath();
    String java = System.getProperty("java.home");
    String jna = "linux-" + System.getProperty("os.arch").replace("amd64", "x86-64");
    List<String> words = words("run", "--rm", "--name=" + NAME);
    words.addAll(options);
    words.addAll(
        List.of(
            // It may have no more than who starts it.
            "--ulimit=nofile=1024:1024",
            "--ulimit=nproc=1024:1024",
            "--volume=/usr:/usr:ro",
            "--volume=" + java + ":" + java + ":ro",
            "--volume=" + program + ":" + PROGRAM + ":ro",
            "--volume=" + shared + ":" + shared,
            "--rootfs",
            root().toString()));
    return new RunningAgent(shared)
        .before(words.toArray(String[]::new))
        .memory(
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-Xss512k",
            "-XX:-UsePerfData",
            "-Djna.boot.library.path=" + PROGRAM + "/native/com/sun/jna/" + jna,
            "-Djna.nounpack=true")
        .classPath(PROGRAM + "/" + jar(program) + ":" + PROGRAM + "/lib/*");
  }

  /// Builds an image of local files alone and keeps it as an OCI layout, which it is then run from.
  ///
  /// @param containerfile whose base is exchanged
  /// @param from the folder that it copies from
  /// @param base a tar of a root with the C library and a shell
  /// @return the image's name
  String image(Path containerfile, Path from, Path base) throws Exception {
    podman("import", base.toString(), "localhost/base");
    podman(
        "build",
        "--from=localhost/base",
        "--pull=never",
        "--network=host",
        "--isolation=chroot",
        "--layers=false",
        "--tag=localhost/built",
        "--file=" + containerfile,
        from.toString());
    Path layout = dir.resolve("image");
    podman("push", "localhost/built", "oci:" + layout + ":coreaudit");
    podman("rmi", "--all", "--force");
    return podman("pull", "--quiet", "oci:" + layout + ":coreaudit").strip();
  }

  /// The agent of an image, not started yet.
  ///
  /// @param shared a folder that is the same inside, for state and configuration
  /// @param options of `podman run` that say what the container may
  RunningAgent agentOf(String image, Path shared, List<String> options) {
    List<String> words = words("run", "--rm", "--name=" + NAME);
    words.addAll(options);
    words.addAll(List.of("--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"));
    words.add("--volume=" + shared + ":" + shared);
    return new RunningAgent(shared).before(words.toArray(String[]::new)).program(Path.of(image));
  }

  /// What a command in the running container says.
  String inside(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("exec", NAME));
    words.addAll(List.of(command));
    return podman(words.toArray(String[]::new));
  }

  /// What a command of podman says, which must succeed.
  String podman(String... words) throws IOException, InterruptedException {
    return Command.runWithin(SECONDS, words(words).toArray(String[]::new));
  }

  private static String jar(Path program) throws IOException {
    try (Stream<Path> files = Files.list(program)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(
              name ->
                  name.matches("coreaudit-agent-.*SNAPSHOT\\.jar|coreaudit-agent-[0-9.]+\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  private List<String> words(String... more) {
    List<String> words = new ArrayList<>(podman);
    words.addAll(List.of(more));
    return words;
  }

  /// An empty root into which the host's /usr is mounted.
  private Path root() throws IOException {
    Path root = Files.createDirectory(dir.resolve("root"));
    for (String name : List.of("usr", "etc", "proc", "sys", "dev", "tmp", "run", "opt")) {
      Files.createDirectory(root.resolve(name));
    }
    for (String name : List.of("bin", "sbin", "lib", "lib64")) {
      Files.createSymbolicLink(root.resolve(name), Path.of("usr", name));
    }
    return root;
  }

  /// Takes it away, whether it runs or not.
  @Override
  public void close() throws IOException {
    try {
      podman("rm", "--force", "--ignore", NAME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // A link that podman made, out of the folder that is deleted now.
    Files.deleteIfExists(dir.resolve("root/etc/mtab"));
  }
}
