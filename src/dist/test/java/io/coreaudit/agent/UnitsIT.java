package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `install.sh` puts into an image, looked at by systemd's own tools.
final class UnitsIT {
  private static final String UNIT = "coreaudit.service";
  private static final double MOST_EXPOSED = 3.0;
  private static final double MOST_EXPOSED_WITH_NAMESPACE = 3.6;

  @TempDir private Path dir;
  private Path unpacked;
  private Path image;

  @BeforeEach
  void install() throws Exception {
    Command.require("systemd-analyze");
    Command.requireRoot("to install");
    unpacked = Tarball.unpack(dir);
    image = Files.createDirectory(dir.resolve("image"));
    // What the unit calls, and the units that it names.
    Path programs = Files.createDirectories(image.resolve("bin"));
    for (String program : List.of("kill", "sh")) {
      Files.copy(Path.of("/bin", program), programs.resolve(program));
    }
    Path units = Files.createDirectories(image.resolve("usr/lib/systemd"));
    Command.run("cp", "-a", "/lib/systemd/system", units.toString());
    install(List.of());
  }

  private void install(List<String> options) throws Exception {
    List<String> line = new ArrayList<>();
    line.addAll(List.of(unpacked.resolve("install.sh").toString(), "--root", image.toString()));
    line.addAll(options);
    Command.run(line.toArray(String[]::new));
  }

  private double exposure() throws Exception {
    String said =
        Command.run(
            "systemd-analyze", "security", "--no-pager", "--offline=true", "--root=" + image, UNIT);
    return Double.parseDouble(
        said.replaceFirst("(?s).*exposure level for coreaudit.service: ([0-9.]+) .*", "$1"));
  }

  @Test
  void shouldBeUnitsThatSystemdUnderstands() throws Exception {
    String said = Command.run("systemd-analyze", "verify", "--man=no", "--root=" + image, UNIT);
    // The units copied from this host may have faults of their own.
    assertThat(said.lines()).noneMatch(line -> line.contains("coreaudit"));
    Command.run("systemd-sysusers", "--root=" + image);
    assertThat(image.resolve("etc/group")).content().contains("coreaudit:x:");
    Command.run("systemd-tmpfiles", "--root=" + image, "--create", "coreaudit.conf");
    assertThat(image.resolve("run/coreaudit/secrets")).isDirectory();
  }

  @Test
  void shouldExposeLittle() throws Exception {
    assertThat(exposure()).isLessThanOrEqualTo(MOST_EXPOSED);
    install(List.of("--kubelet-namespace"));
    assertThat(image.resolve("usr/lib/systemd/system/coreaudit.service.d/kubelet-namespace.conf"))
        .exists();
    assertThat(exposure()).isLessThanOrEqualTo(MOST_EXPOSED_WITH_NAMESPACE);
    Command.run("systemd-analyze", "verify", "--man=no", "--root=" + image, UNIT);
  }

  @Test
  void shouldKeepWhatIsTheHostsOwn() throws Exception {
    Path config = image.resolve("etc/coreaudit/coreaudit.yaml");
    Path pack = image.resolve("etc/coreaudit/rules/etcd.rules");
    assertThat(pack).as("what comes with the program lies with it").doesNotExist();
    assertThat(image.resolve("usr/lib/coreaudit/rules/etcd.rules")).exists();
    Files.writeString(config, "log: {level: warn}\n");
    Files.writeString(pack, "# none\n");
    install(List.of());
    assertThat(config).content().isEqualTo("log: {level: warn}\n");
    assertThat(pack).content().isEqualTo("# none\n");
    assertThat(Files.readSymbolicLink(image.resolve("usr/bin/coreaudit")))
        .hasToString("../lib/coreaudit/bin/coreaudit");
    assertThat(Command.run(image.resolve("usr/bin/coreaudit").toString(), "--version"))
        .isEqualTo("coreaudit " + Tarball.VERSION + "\n");
  }

  @Test
  void shouldListWhatIsThereAndTakeWhatAnEarlierVersionLeft() throws Exception {
    install(List.of("--kubelet-namespace"));
    String dropIn = "/usr/lib/systemd/system/coreaudit.service.d/kubelet-namespace.conf";
    Path list = image.resolve("usr/lib/coreaudit/installed");
    Path earlier = Files.createFile(image.resolve("usr/lib/earlier"));
    Files.writeString(list, Files.readString(list) + "/usr/lib/earlier\n");
    install(List.of());
    assertThat(Files.readAllLines(list)).contains(dropIn).doesNotContain("/usr/lib/earlier");
    assertThat(Path.of(image + dropIn)).exists();
    assertThat(earlier).doesNotExist();
  }

  @Test
  void shouldHaveAWholeProgramInItsPlaceAtEachMoment() throws Exception {
    Path program = image.resolve("usr/lib/coreaudit");
    Path before = Files.readSymbolicLink(program);
    AtomicBoolean installed = new AtomicBoolean();
    AtomicInteger looks = new AtomicInteger();
    Queue<String> missing = new ConcurrentLinkedQueue<>();
    Thread looker =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!installed.get()) {
                    looks.incrementAndGet();
                    for (String file : List.of("bin/coreaudit", "lib/agent.aot", "installed")) {
                      if (!Files.exists(program.resolve(file))) {
                        missing.add(file);
                      }
                    }
                  }
                });
    try {
      install(List.of());
    } finally {
      installed.set(true);
      looker.join();
    }
    assertThat(looks.get()).isPositive();
    assertThat(missing).isEmpty();
    assertThat(Files.readSymbolicLink(program)).isNotEqualTo(before);
    assertThat(image.resolve("usr/lib").resolve(before)).as("the one before").doesNotExist();
    Path earlier = Files.createDirectory(image.resolve("usr/lib/earlier"));
    Files.delete(program);
    Files.move(earlier, program);
    install(List.of());
    assertThat(program).as("was a folder once").isSymbolicLink();
  }

  @Test
  void shouldInstallBelowAFolderNamedFromHere() throws Exception {
    Command.run(
        "sh", "-c", "cd " + dir + " && mkdir other && ./coreaudit-*/install.sh --root other");
    assertThat(dir.resolve("other/usr/lib/coreaudit/bin/coreaudit")).isExecutable();
    assertThat(dir.resolve("other/usr/lib/systemd/system/coreaudit.service")).exists();
  }

  @Test
  void shouldRefuseATarballThatWasChanged() throws Exception {
    Files.writeString(unpacked.resolve("lib/java.options"), "# none\n");
    Process process =
        new ProcessBuilder(unpacked.resolve("install.sh").toString(), "--root", image.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).isEqualTo(3);
    assertThat(said).contains("lib/java.options: FAILED", "unpack the tarball anew");
  }
}
