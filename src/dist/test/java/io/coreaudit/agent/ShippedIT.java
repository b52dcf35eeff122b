package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.command.CommandLineInterface;
import io.coreaudit.kernel.KernelAudit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as it is shipped, on a file system that nobody can write to, with no Java to be
/// found and no place for temporary files. The JVM is told to refuse to start without its cache, so
/// that it is seen to be good where the tarball was unpacked.
final class ShippedIT {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Path LOG =
      Path.of("../../test-fixtures/events/corner/01-proctitle-ends-event.log").toAbsolutePath();

  /// Makes the root read-only for what it starts.
  private static final String READ_ONLY =
      "mount --make-rprivate / && mount -o remount,bind,ro / &&"
          + " if mountpoint -q /tmp; then mount -o remount,bind,ro /tmp; fi && exec \"$@\"";

  @TempDir private Path dir;
  private Path writable;
  private Path launcher;
  private List<String> confined;

  @BeforeEach
  void unpack() throws Exception {
    Tarball.require();
    Command.requireRoot("to mount");
    writable = Files.createDirectory(dir.resolve("rw"));
    Command.run("mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", writable.toString());
    Path disk = Files.createDirectory(dir.resolve("ro"));
    Command.run("mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", disk.toString());
    launcher = Tarball.unpack(disk).resolve("bin/coreaudit");
    Command.run("mount", "-o", "remount,ro", disk.toString());
    Path tools = Files.createDirectory(writable.resolve("tools"));
    for (String tool : List.of("dirname", "readlink", "uname", "stat")) {
      Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
    }
    confined =
        List.of(
            "unshare",
            "-m",
            "sh",
            "-c",
            READ_ONLY,
            "sh",
            "env",
            "-i",
            "PATH=" + tools,
            "COREAUDIT_JAVA_OPTS=-XX:AOTMode=on");
  }

  @AfterEach
  void unmount() throws Exception {
    for (String disk : List.of("ro", "rw")) {
      new ProcessBuilder("umount", "-l", dir.resolve(disk).toString()).start().waitFor();
    }
  }

  private String shipped(String... words) throws Exception {
    List<String> line = new ArrayList<>(confined);
    line.add(launcher.toString());
    line.addAll(List.of(words));
    return Command.run(line.toArray(String[]::new));
  }

  @Test
  void shouldTellItsVersionAndDecodeALog() throws Exception {
    assertThat(shipped("--version")).isEqualTo("coreaudit " + Tarball.VERSION + "\n");
    String[] line = {"decode", "--format", "records", LOG.toString()};
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(expected, true, StandardCharsets.UTF_8)) {
      assertThat(new CommandLineInterface(_ -> 0, out, System.err).run(line)).isZero();
    }
    assertThat(shipped(line)).isNotEmpty().isEqualTo(expected.toString(StandardCharsets.UTF_8));
  }

  @Test
  @KernelAudit
  void shouldTellWhatTheKernelRecords() throws Exception {
    Path watched = Files.createDirectory(writable.resolve("watched"));
    Path token = Files.writeString(watched.resolve("token"), "secret");
    Path home = Files.createDirectory(writable.resolve("home"));
    try (RunningAgent agent =
        new RunningAgent(home).before(confined.toArray(String[]::new)).program(launcher)) {
      long beganNs = System.nanoTime();
      agent.start(
          "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [{type: stdout}]\n"
              .formatted(watched));
      agent.until(SOON, "the socket is bound", () -> FootprintIT.hears(agent));
      double bound = (System.nanoTime() - beganNs) / 1e9;
      agent.awaitReady();
      double ready = (System.nanoTime() - beganNs) / 1e9;
      System.out.printf(
          "ShippedIT bound_s=%.2f ready_s=%.2f vmrss_kib=%d%n",
          bound, ready, agent.memoryKib("VmRSS"));
      agent.shouldSeeARead(SOON, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(agent.log()).doesNotContain(" ERROR ", "\tat ");
    }
  }
}
