package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Starts that cannot be: one line says why and what to do, and the kernel is as it was.
@KernelAudit
final class BadStartIT {
  private static final String NOBODY = "65534";

  private Path dir;
  private Path watched;
  private AuditState before;

  @BeforeEach
  void prepare() throws Exception {
    dir = Files.createTempDirectory("bad-start");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    watched = Files.createDirectory(dir.resolve("watched"));
    before = AuditState.now();
  }

  @AfterEach
  void shouldLeaveTheKernelAsItWas() throws Exception {
    try (Stream<Path> all = Files.walk(dir)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    assertThat(AuditState.now()).isEqualTo(before);
  }

  private String config(String more) {
    return "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [{type: stdout}]\n%s"
        .formatted(watched, more);
  }

  private static AbstractStringAssert<?> assertRefused(RunningAgent agent) throws Exception {
    assertThat(agent.exitStatus()).as(agent.log()).isEqualTo(3);
    assertThat(agent.log()).startsWith("coreaudit: ").endsWith("\n").hasLineCount(1);
    return assertThat(agent.log());
  }

  @Test
  void shouldSayWhichCapabilityIsMissing() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      Command.run("chown", NOBODY + ":" + NOBODY, dir.toString());
      agent
          .before("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups")
          .classPath(readableByAll(System.getProperty("java.class.path")))
          .start(config(""));
      assertRefused(agent).contains("EPERM", "CAP_AUDIT_READ");
    }
  }

  /// Copies what nobody may not read.
  private String readableByAll(String classPath) throws Exception {
    Path copies = Files.createDirectory(dir.resolve("classes"));
    StringBuilder paths = new StringBuilder();
    int number = 0;
    for (String path : classPath.split(File.pathSeparator)) {
      if (Files.exists(Path.of(path))) {
        Path copy = copies.resolve(number++ + "-" + Path.of(path).getFileName());
        Command.run("cp", "-rL", path, copy.toString());
        paths.append(paths.isEmpty() ? "" : File.pathSeparator).append(copy);
      }
    }
    Command.run("chmod", "-R", "a+rX", copies.toString());
    return paths.toString();
  }

  @Test
  void shouldNameFileLineAndKeyOfAWrongConfiguration() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config("input: {gather: soon}\naudit: {backlog_limits: 9}\n"));
      assertThat(agent.exitStatus()).isEqualTo(2);
      String file = agent.config().toString();
      assertThat(agent.log().lines())
          .hasSize(2)
          .anyMatch(line -> line.startsWith(file + ":7: input.gather: "))
          .anyMatch(line -> line.startsWith(file + ":8: audit.backlog_limits: unknown key"));
    }
  }

  @Test
  void shouldRefuseASpoolOnAFullDisk() throws Exception {
    try (ScratchDisk disk = ScratchDisk.tmpfs(dir.resolve("disk"), "size=1m");
        RunningAgent agent = new RunningAgent(dir)) {
      Files.write(disk.path().resolve("others"), new byte[900 << 10]);
      agent.start(config("spool: {dir: %s}\n".formatted(disk.path().resolve("spool"))));
      assertRefused(agent).contains("spool " + disk.path().resolve("spool"));
      assertThat(disk.path().resolve("spool")).doesNotExist();
    }
  }

  @Test
  void shouldRefuseARunDirectoryThatCannotBeWritten() throws Exception {
    try (ScratchDisk disk = ScratchDisk.tmpfs(dir.resolve("run"), "size=1m,ro");
        RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config(""));
      assertRefused(agent).contains(disk.path().toString());
    }
  }

  @Test
  void shouldRefuseARunDirectoryBelowAFile() throws Exception {
    Files.writeString(dir.resolve("run"), "");
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config(""));
      assertRefused(agent).contains(dir.resolve("run").toString());
    }
  }

  @Test
  void shouldRefuseASpoolThatCannotBeMade() throws Exception {
    Files.writeString(dir.resolve("state"), "");
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config(""));
      assertRefused(agent).contains(dir.resolve("state").toString());
    }
  }
}
