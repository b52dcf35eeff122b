package io.coreaudit.agent;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/// Another kernel: a virtual machine that boots it, runs the scenarios of `src/test/vm` with the
/// packaged agent, and gives back what they left. One boot a kernel, however many tests look at it.
///
/// All that is in the machine lies in its initial file system: busybox, a small Java run time, the
/// agent, auditctl, `rules/boot`, the program of [Ways]. A further scenario is a further file in
/// `src/test/vm`.
///
/// The kernels lie in `/var/cache/coreaudit-kernels/VERSION` (`src/verify.sh --install` brings them
/// there). No KVM is needed; without one a kernel takes one to two minutes.
final class VirtualMachine {
  /// The kernels that can be booted: the line of RHEL 9's time, and that of RHEL 10.
  static final List<String> VERSIONS = List.of("6.1", "6.12");

  private static final Path KERNELS = Path.of("/var/cache/coreaudit-kernels");
  private static final Path SCENARIOS = Path.of("src/test/vm");
  private static final Path BOOT_RULES = Path.of("../rules/boot");
  private static final Path WORK = Path.of("target/vm");
  private static final long BOOT_SECONDS = 600;
  private static final String MODULES =
      "java.base,java.logging,java.management,java.naming,java.xml,"
          + "jdk.management,jdk.net,jdk.unsupported";
  private static final Map<String, Path> BOOTED = new TreeMap<>();
  private static final Map<String, Throwable> FAILED = new TreeMap<>();
  private static Path initrd;

  private VirtualMachine() {}

  /// What the scenarios left on a kernel: a folder each. Boots it when nobody has yet; once, for a
  /// kernel that fails takes its time.
  static synchronized Path results(String version) throws Exception {
    Path results = BOOTED.get(version);
    if (results == null) {
      for (String program : List.of("qemu-system-x86_64", "busybox", "cpio", "auditctl")) {
        Command.require(program);
      }
      for (String each : VERSIONS) {
        require(kernel(each));
        require(overlayModule(each));
      }
      if (FAILED.containsKey(version)) {
        throw new AssertionError("kernel " + version + " failed before", FAILED.get(version));
      }
      try {
        results = boot(version);
      } catch (Exception | AssertionError e) {
        FAILED.put(version, e);
        throw e;
      }
      BOOTED.put(version, results);
    }
    return results;
  }

  private static void require(Path file) {
    boolean there = Files.isReadable(file);
    if ("true".equals(System.getenv("CI"))) {
      Assertions.assertThat(there).as("%s is there", file).isTrue();
    }
    Assumptions.assumeTrue(there, file + " is not there: src/verify.sh --install");
  }

  /// Where the kernel of a version lies, or would lie.
  static Path kernel(String version) {
    return KERNELS.resolve(version).resolve("vmlinuz");
  }

  private static Path overlayModule(String version) {
    return KERNELS.resolve(version).resolve("overlay.ko");
  }

  private static Path boot(String version) throws Exception {
    if (initrd == null) {
      initrd = initialFileSystem();
    }
    Path dir = WORK.resolve(version);
    delete(dir);
    Path results = Files.createDirectories(dir.resolve("results"));
    Path console = dir.resolve("console");
    long begunNs = System.nanoTime();
    Process machine =
        new ProcessBuilder(
                List.of(
                    "qemu-system-x86_64",
                    "-accel",
                    hasKvm() ? "kvm" : "tcg,thread=multi",
                    "-cpu",
                    "max",
                    "-smp",
                    "2",
                    "-m",
                    "1536",
                    "-nodefaults",
                    "-no-reboot",
                    "-display",
                    "none",
                    "-serial",
                    "file:" + console,
                    "-serial",
                    "file:" + dir.resolve("results.tar"),
                    "-kernel",
                    kernel(version).toString(),
                    "-initrd",
                    initrd.toString(),
                    "-append",
                    "console=ttyS0 quiet audit=1 panic=-1"))
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("qemu").toFile())
            .start();
    boolean ended;
    try {
      ended = machine.waitFor(BOOT_SECONDS, TimeUnit.SECONDS);
    } finally {
      machine.destroyForcibly().waitFor();
    }
    double seconds = (System.nanoTime() - begunNs) / 1e9;
    Files.writeString(dir.resolve("seconds"), "%.1f%n".formatted(seconds));
    if (!ended || machine.exitValue() != 0) {
      throw new AssertionError(
          "kernel "
              + version
              + (ended ? " ended in failure" : " did not end within " + BOOT_SECONDS + " s")
              + "; it says:\n"
              + Files.readString(dir.resolve("qemu"))
              + Files.readString(console));
    }
    Command.run("tar", "x", "-C", results.toString(), "-f", dir.resolve("results.tar").toString());
    return results;
  }

  /// A KVM that only looks like one (no vmx or svm in the processor) hangs.
  static boolean hasKvm() throws IOException {
    return Files.isWritable(Path.of("/dev/kvm"))
        && Files.readString(Path.of("/proc/cpuinfo")).matches("(?s).*\\b(vmx|svm)\\b.*");
  }

  private static Path initialFileSystem() throws Exception {
    Path root = WORK.resolve("root");
    delete(root);
    for (String dir : List.of("bin", "app", "native", "scenarios", "rules", "modules", "etc")) {
      Files.createDirectories(root.resolve(dir));
    }
    Path runTime = runTime();
    Command.run("cp", "-a", runTime.toString(), root.resolve("jre").toString());
    copyAll(SCENARIOS, root.resolve("scenarios"));
    copyAll(BOOT_RULES, root.resolve("rules"));
    copyAll(Path.of("target/lib"), root.resolve("app"));
    for (String version : VERSIONS) {
      Files.copy(overlayModule(version), root.resolve("modules").resolve(version + ".ko"));
    }
    executable(root.resolve("init"), Files.readString(SCENARIOS.resolve("init")));
    Path program =
        files(Path.of("target")).stream()
            .filter(
                file ->
                    file.getFileName()
                        .toString()
                        .matches("coreaudit-agent-[^-]*(-SNAPSHOT)?\\.jar"))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no program in target: mvn package"));
    Files.copy(program, root.resolve("app").resolve(program.getFileName()));
    Files.copy(
        Path.of("target/native/com/sun/jna/linux-x86-64/libjnidispatch.so"),
        root.resolve("native/libjnidispatch.so"));
    executable(
        root.resolve("bin/coreaudit"),
        "#!/bin/sh\nexec /jre/bin/java -XX:+UseSerialGC -Xmx64m -Xss512k -XX:TieredStopAtLevel=1 "
            + System.getProperty("jvm.access")
            + " -Djna.boot.library.path=/native -Djna.nosys=true -Djna.nounpack=true"
            + " -Djna.noclasspath=true -cp '/app/*' io.coreaudit.agent.Main \"$@\"\n");
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Files.writeString(root.resolve("etc/group"), "root:x:0:\n");
    Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
    Files.move(Ways.compile(WORK), root.resolve("bin/ways"));
    withLibraries(root, Path.of("/usr/sbin/auditctl"), "bin/auditctl");
    withLibraries(root, runTime.resolve("bin/java"), null);
    withLibraries(root, runTime.resolve("lib/server/libjvm.so"), null);
    Path made = WORK.resolve("initrd.cpio");
    Command.run(
        "sh",
        "-c",
        "cd " + root + " && find . | cpio -o -H newc --quiet > " + made.toAbsolutePath());
    return made;
  }

  /// A run time of the few modules that the agent needs; made once a JDK.
  private static Path runTime() throws Exception {
    Path runTime = WORK.resolve("jre-" + System.getProperty("java.version"));
    if (!Files.exists(runTime)) {
      Path partial = WORK.resolve("jre.new");
      delete(partial);
      Command.run(
          Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
          "--add-modules",
          MODULES,
          "--strip-debug",
          "--no-man-pages",
          "--no-header-files",
          "--generate-cds-archive",
          "--output",
          partial.toString());
      Files.move(partial, runTime);
    }
    return runTime;
  }

  /// Puts the shared libraries of a program where the loader looks, and the program too if asked.
  private static void withLibraries(Path root, Path program, String as) throws Exception {
    if (as != null) {
      Files.copy(program, root.resolve(as));
    }
    for (String line : Command.run("ldd", program.toString()).split("\n")) {
      String path = line.replaceFirst(".*=> ", "").strip().split(" ")[0];
      if (path.startsWith("/") && !path.startsWith(WORK.toAbsolutePath() + File.separator)) {
        Path target = root.resolve(path.substring(1));
        Files.createDirectories(target.getParent());
        Files.copy(Path.of(path), target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void copyAll(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      Files.copy(file, to.resolve(file.getFileName()));
    }
  }

  private static List<Path> files(Path dir) throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return new ArrayList<>(all.filter(Files::isRegularFile).sorted().toList());
    }
  }

  private static void delete(Path dir) throws IOException {
    if (Files.exists(dir)) {
      try (Stream<Path> all = Files.walk(dir)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
