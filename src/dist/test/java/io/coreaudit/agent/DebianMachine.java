package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coreaudit.kernel.FullRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A Debian that systemd boots from a disk in a virtual machine: it runs the scenario of `test/vm`,
/// and gives back what that left. One run a kernel, however many tests look at it.
///
/// In the long form the tarball lies in root's home, and the README's five commands install it; in
/// the short one it was installed into the disk, as into an image, and the last three start it.
/// `steps` of the results has the time of each step.
///
/// The kernels are those of [VirtualMachine], which have all that a disk takes built in. The root
/// lies in `/var/cache/coreaudit-debian/root.tar`; `src/verify.sh --install` makes it.
final class DebianMachine {
  static final Path ROOT = Path.of("/var/cache/coreaudit-debian/root.tar");
  private static final Path SCENARIO = Path.of("test/vm");
  private static final Path WORK = Path.of("target/vm");
  private static final String DISK_SIZE = "1400M";
  private static final long SECONDS = 900;
  private static final long FULL_SECONDS = 3600;
  private static final Pattern COMMANDS =
      Pattern.compile("(?s)To the rsyslog of the same host, as root:\n\n```\n(.*?)```\n");
  private static final Map<String, Path> RUN = new TreeMap<>();
  private static final Map<String, Throwable> FAILED = new TreeMap<>();
  private static Path disk;

  private DebianMachine() {}

  /// Whether the long form of the scenario is wanted: `src/verify.sh --full=install`.
  static boolean full() {
    return FullRun.of("install");
  }

  /// What the scenario left on a kernel; it went to its end.
  static synchronized Path results(String version) throws Exception {
    if (!RUN.containsKey(version)) {
      Tarball.require();
      for (String program : List.of("qemu-system-x86_64", "mkfs.ext4", "debugfs", "tar")) {
        Command.require(program);
      }
      Path kernel = VirtualMachine.kernel(version);
      if ("true".equals(System.getenv("CI"))) {
        assertThat(kernel).isReadable();
      }
      assumeTrue(Files.isReadable(kernel), kernel + " is not there: src/verify.sh --install");
      // Made of some hundred packages, so not to be had where a mirror is away for a moment.
      assumeTrue(Files.isReadable(ROOT), ROOT + " is not there: src/verify.sh --install");
      if (FAILED.containsKey(version)) {
        throw new AssertionError("kernel " + version + " failed before", FAILED.get(version));
      }
      try {
        RUN.put(version, run(version));
      } catch (Exception | AssertionError e) {
        FAILED.put(version, e);
        throw e;
      }
    }
    return RUN.get(version);
  }

  private static Path run(String version) throws Exception {
    if (disk == null) {
      disk = disk();
    }
    Path dir = WORK.resolve(version);
    Command.run("rm", "-rf", dir.toString());
    Files.createDirectories(dir);
    Path own = dir.resolve("disk");
    Command.run("cp", "--sparse=always", disk.toString(), own.toString());
    Path console = dir.resolve("console");
    // One thread for both processors: emulated by a thread each (qemu 7.2) the JVM crashes now and
    // then, in what was looked at where it entered a method that had just been compiled.
    Process machine =
        new ProcessBuilder(
                List.of(
                    "qemu-system-x86_64",
                    "-accel",
                    VirtualMachine.hasKvm() ? "kvm" : "tcg,thread=single",
                    "-cpu",
                    "max",
                    "-smp",
                    "2",
                    "-m",
                    "1024",
                    "-nodefaults",
                    "-display",
                    "none",
                    "-serial",
                    "file:" + console,
                    "-drive",
                    "file=" + own + ",if=none,id=disk,format=raw,cache=unsafe",
                    "-device",
                    "nvme,drive=disk,serial=coreaudit",
                    "-kernel",
                    VirtualMachine.kernel(version).toString(),
                    "-append",
                    "console=ttyS0 quiet audit=1 panic=-1 root=/dev/nvme0n1 rootfstype=ext4 rw"))
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("qemu").toFile())
            .start();
    boolean ended;
    try {
      ended = machine.waitFor(full() ? FULL_SECONDS : SECONDS, TimeUnit.SECONDS);
    } finally {
      machine.destroyForcibly().waitFor();
    }
    Command.run("debugfs", "-R", "rdump /out " + dir, own.toString());
    Files.delete(own);
    Path results = dir.resolve("out");
    String said =
        Files.readString(dir.resolve("qemu"))
            + Files.readString(console)
            + text(results, "log")
            + text(results, "journal");
    assertThat(ended).as("kernel %s ended; it says:\n%s", version, said).isTrue();
    assertThat(text(results, "status")).as("kernel %s says:\n%s", version, said).isEqualTo("0\n");
    return results;
  }

  static String text(Path results, String file) throws Exception {
    Path path = results.resolve(file);
    return Files.exists(path) ? Files.readString(path) : "";
  }

  /// The disk, before the first boot; the same for all kernels.
  private static Path disk() throws Exception {
    Path root = WORK.resolve("root");
    Command.run("rm", "-rf", root.toString());
    Files.createDirectories(root);
    Command.run("tar", "-x", "-C", root.toString(), "-f", ROOT.toString());
    Path home = root.resolve("root");
    for (String file : List.of("scenario", "kubelet")) {
      Files.copy(SCENARIO.resolve(file), home.resolve(file));
    }
    Matcher commands = COMMANDS.matcher(Files.readString(Path.of("../../README.md")));
    assertThat(commands.find()).as("README.md has the commands").isTrue();
    List<String> lines = commands.group(1).lines().toList();
    assertThat(lines).hasSize(5);
    if (full()) {
      Files.createFile(home.resolve("full"));
      Files.copy(Tarball.FILE, home.resolve(Tarball.FILE.getFileName()));
    } else {
      // An emulated machine takes a minute to unpack and check: done here, as for an image.
      Path unpacked = Tarball.unpack(WORK);
      Command.run(unpacked.resolve("install.sh").toString(), "--root", root.toString());
      Command.run("rm", "-rf", unpacked.toString());
      lines = lines.subList(2, lines.size());
    }
    Files.write(home.resolve("readme"), lines);
    Path units = Files.createDirectories(root.resolve("etc/systemd/system"));
    for (String unit : List.of("scenario.service", "kubelet.service")) {
      Files.copy(SCENARIO.resolve(unit), units.resolve(unit), StandardCopyOption.REPLACE_EXISTING);
    }
    // It would wait a minute and a half for a terminal that nobody has.
    Files.createSymbolicLink(units.resolve("getty.target"), Path.of("/dev/null"));
    Path wanted = Files.createDirectories(units.resolve("multi-user.target.wants"));
    Files.createSymbolicLink(wanted.resolve("scenario.service"), Path.of("../scenario.service"));
    Path dropIn = Files.createDirectories(units.resolve("coreaudit.service.d"));
    Files.writeString(
        dropIn.resolve("test.conf"), "[Service]\nWatchdogSec=20\nTimeoutStartSec=180\n");
    // Without one it would be its first boot, at which systemd enables every unit.
    Files.writeString(root.resolve("etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
    Files.createDirectories(root.resolve("out"));
    Path made = WORK.resolve("disk");
    Files.deleteIfExists(made);
    Command.runWithin(
        300,
        "mkfs.ext4",
        "-q",
        "-O",
        "^has_journal",
        "-d",
        root.toString(),
        made.toString(),
        DISK_SIZE);
    Command.run("rm", "-rf", root.toString());
    return made;
  }
}
