package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Pods as CRI-O lays them out: real cgroups, and a storage that tells of them. What runs in them
/// is `src/test/c/pods.c`.
final class Pods implements AutoCloseable {
  private static final Path SOURCE = Path.of("src", "test", "c", "pods.c");
  private static final int LONGEST_SECONDS = 180;

  private final Path storage;
  private final Path program;
  private final Path root;
  private final List<Path> made = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private Process process;

  /// A container.
  ///
  /// @param id 64 hexadecimal digits
  record Container(String id, String uid, String pod, String namespace, String name) {}

  /// @param dir a folder of the test's, for the storage and the program
  Pods(Path dir) throws IOException, InterruptedException {
    Command.require("gcc");
    storage = Files.createDirectories(dir.resolve("storage/overlay-containers"));
    program = Files.createDirectories(dir.resolve("bin")).resolve("pods");
    Command.run("gcc", "-O2", "-o", program.toString(), SOURCE.toString());
    root = cgroups();
  }

  /// Where the tree of version 2 is, or the one of systemd in version 1.
  private static Path cgroups() throws IOException {
    Path systemd = null;
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] fields = line.split(" ");
      if (fields[2].equals("cgroup2")) {
        return Path.of(fields[1]);
      }
      if (fields[2].equals("cgroup") && fields[3].contains("name=systemd")) {
        systemd = Path.of(fields[1]);
      }
    }
    assertThat(systemd).as("a tree of cgroups").isNotNull();
    return systemd;
  }

  Path storage() {
    return storage.getParent();
  }

  static String id(long number) {
    return "%016x".formatted(number * 0x9e3779b97f4a7c15L).repeat(4);
  }

  static String uid(int number) {
    return "%08x-1d5e-4b0e-9a2b-0d6f3b1c2d3e".formatted(number);
  }

  /// Makes a container's cgroup and file.
  Container add(long number, int pod, String name) throws IOException {
    Container container = new Container(id(number), uid(pod), "app-" + pod, "ns-" + pod % 7, name);
    directory(cgroup(container));
    write(container);
    return container;
  }

  private void directory(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      directory(path.getParent());
      Files.createDirectory(path);
      made.add(path);
    }
  }

  private Path cgroup(Container container) {
    return root.resolve("kubepods.slice/kubepods-burstable.slice")
        .resolve("kubepods-burstable-pod" + container.uid().replace('-', '_') + ".slice")
        .resolve("crio-" + container.id() + ".scope");
  }

  private void write(Container container) throws IOException {
    Path userdata = Files.createDirectories(storage.resolve(container.id()).resolve("userdata"));
    Files.writeString(
        userdata.resolve("config.json"),
        """
        {"annotations":{"io.kubernetes.pod.uid":"%s","io.kubernetes.pod.name":"%s",
          "io.kubernetes.pod.namespace":"%s","io.kubernetes.container.name":"%s",
          "io.kubernetes.cri-o.SandboxID":"%s","io.kubernetes.cri-o.Image":"quay.io/acme/app:1",
          "io.kubernetes.cri-o.Labels":"{\\"app\\":\\"web\\"}"},
         "linux":{"namespaces":[{"type":"pid"}]}}
        """
            .formatted(
                container.uid(),
                container.pod(),
                container.namespace(),
                container.name(),
                container.id()));
  }

  /// Has processes of a container open a file, as `pods.c` describes the mode.
  void open(Container container, char mode, int count, Path file) {
    lines.add(cgroup(container).resolve("cgroup.procs") + " " + mode + " " + count + " " + file);
  }

  /// Begins.
  void start(long lifeMillis) throws IOException {
    process =
        new ProcessBuilder(program.toString(), Long.toString(lifeMillis))
            .redirectErrorStream(true)
            .start();
    process
        .getOutputStream()
        .write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    lines.clear();
  }

  /// Waits for the end; what it said.
  String await() throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).as("pods ended").isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  /// Takes all containers away: cgroups and files.
  void removeAll() throws IOException, InterruptedException {
    for (Path path : made.reversed()) {
      for (int attempt = 0; ; attempt++) {
        try {
          Files.delete(path);
          break;
        } catch (IOException e) {
          if (attempt == 100) {
            throw e;
          }
          Thread.sleep(20);
        }
      }
    }
    made.clear();
    try (Stream<Path> files = Files.walk(storage)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(storage)) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (process != null && process.isAlive()) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      removeAll();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
