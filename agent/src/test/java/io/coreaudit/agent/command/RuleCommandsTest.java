package io.coreaudit.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuleCommandsTest {
  @TempDir private Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    out.reset();
    err.reset();
    return new CommandLineInterface(
            _ -> 0,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(args);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text).toString();
  }

  @Test
  void shouldTellWhatIsWrongLineByLine() throws IOException {
    String good = file("good.rules", "-b 8192\n-w /etc/passwd -p wa -k identity\n");
    String bad =
        file(
            "bad.rules", "-a always,exit -F arch=b64 -S stime\n-w /etc/passwd -p wa -k identity\n");
    assertThat(run("rules", "check", good)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(good + ": 1 rule, good\n");
    assertThat(run("rules", "check", "--arch", "x86_64", good, bad)).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            good + ": 1 rule, good",
            bad + ":1:31: error: x86_64 has no system call stime; i386 has",
            bad
                + ":2:1: warning: the same rule stands at "
                + good
                + ":2:1: auditctl stops at a rule that is there",
            bad + ": 1 rule, 1 error");
  }

  @Test
  void shouldShowWhatRulesMeanOnAHost() throws IOException {
    Files.createDirectories(dir.resolve("root/etc/kubernetes"));
    Files.writeString(dir.resolve("root/etc/passwd"), "core:x:1000:1000:::\n");
    String rules =
        file(
            "x.rules",
            "-D\n"
                + "-w /etc/kubernetes/ -p wa\n"
                + "-d exit,always -F arch=b64 -S 56 -F uid=core -k a\\ b\n");
    String root = dir.resolve("root").toString();
    assertThat(run("rules", "compile", "--root", root, "--arch", "aarch64", rules)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "-D\n-a always,exit -S all -F dir=/etc/kubernetes -F perm=wa\n"
                + "-d always,exit -F arch=b64 -S openat -F uid=1000 -F key=a\\ b\n");
    assertThat(
            run("rules", "compile", "--root", root, "--arch=aarch64", "--format", "listing", rules))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "-w /etc/kubernetes -p wa\n"
                + "-a always,exit -F arch=b64 -S openat -F uid=1000 -F key=a b\n");
    assertThat(run("rules", "compile", "--root", root, "--format=hex", rules)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("0400000002000000"));
  }

  @Test
  void shouldEndWithTheStatusThatFits() throws IOException {
    String bad = file("bad.rules", "-a always\n-w /etc -p wa\n");
    assertThat(run("rules", "compile", bad)).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("# " + bad + ":1:4: error: ");
    assertThat(run("rules", "check", dir.resolve("none").toString())).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("coreaudit: " + dir.resolve("none") + ": no such file or directory\n");
    assertThat(run("rules", "check")).isEqualTo(2);
    assertThat(run("rules", "check", "--arch", "vax", bad)).isEqualTo(2);
    assertThat(run("rules", "compile", "--format", "xml", bad)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("coreaudit: --format=xml: expected text, listing or hex\n");
  }
}
